# SYNTAX TEST "source.python" "f-strings: holes, and Jinja with doubled braces"

a = BashOperator(bash_command=f"run --day={day!r} s3://raw/{{{{ ds }}}}/{name} | tee ${{HOME}}/log", cwd="/")
#                             ^ storage.type.string.python
#                               ^^^ entity.name.function.call.shell
#                                         ^ constant.character.format.placeholder.other.python
#                                          ^^^ meta.hole.tether
#                                             ^^ storage.type.format.python
#                                                 ^^^^^^^^^ string.unquoted.argument.shell
#                                                          ^^^^ punctuation.definition.template-expression.begin.jinja
#                                                               ^^ variable.other.jinja
#                                                                  ^^^^ punctuation.definition.template-expression.end.jinja
#                                                                       ^ constant.character.format.placeholder.other.python
#                                                                              ^ keyword.operator.pipe.shell
#                                                                                     ^^ constant.character.escape.python
#                                                                                       ^^^^ variable.other.normal.shell
#                                                                                             ^^^^ string.unquoted.argument.shell
#                                                                                                    ^^^ variable.parameter.function-call.python

b = BashOperator(
    bash_command=f"""
    ssh {host} "cd {root}; ./run.sh"
#   ^^^ entity.name.function.call.shell
#       ^ constant.character.format.placeholder.other.python
#                  ^ string.quoted.double.shell meta.hole.tether constant.character.format.placeholder.other.python
#                        ^^^^^^^^^^ string.quoted.double.shell
    """,
    cwd="/",
#   ^^^ variable.parameter.function-call.python
)
