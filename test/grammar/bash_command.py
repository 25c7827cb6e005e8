# SYNTAX TEST "source.python" "shell and Jinja in bash_command"

a = BashOperator(
    task_id="ssh",
#            ^^^ string.quoted.single.python
#            ^^^ - entity.name.function.call.shell
    bash_command="ssh -p 22 etl@edge01 '/opt/load.sh {{ ds }}' && echo done",
#   ^^^^^^^^^^^^ variable.parameter.function-call.python
#               ^ keyword.operator.assignment.python
#                ^ punctuation.definition.string.begin.python
#                 ^^^ meta.embedded.inline.shell.tether entity.name.function.call.shell
#                     ^ constant.other.option.dash.shell
#                           ^^^^^^^^^^ string.unquoted.argument.shell
#                                      ^ string.quoted.single.shell
#                                                    ^^ string.quoted.single.shell meta.jinja.tether punctuation.definition.template-expression.begin.jinja
#                                                       ^^ variable.other.jinja
#                                                          ^^ punctuation.definition.template-expression.end.jinja
#                                                              ^^ punctuation.separator.statement.and.shell
#                                                                 ^^^^ support.function.builtin.shell
#                                                                          ^ punctuation.definition.string.end.python
#                                                                           ^ punctuation.separator.arguments.python - meta.embedded
    env={"command": "ssh"},
#   ^^^ variable.parameter.function-call.python
#                    ^^^ string.quoted.single.python - meta.embedded
)
# <- punctuation.definition.arguments.end.python

b = BashOperator(task_id='b', bash_command='echo "it is {{ ti.xcom_pull("a")["id"] | upper }}" | tee', append_env=True)
#                                           ^^^^ support.function.builtin.shell
#                                                ^ string.quoted.double.shell
#                                                          ^^ variable.other.jinja
#                                                             ^^^^^^^^^ variable.other.member.jinja
#                                                                       ^^^ string.quoted.jinja
#                                                                                  ^ keyword.operator.filter.jinja
#                                                                                    ^^^^^ support.function.filter.jinja
#                                                                                              ^ keyword.operator.pipe.shell
#                                                                                                ^^^ entity.name.function.call.shell
#                                                                                                      ^^^^^^^^^^ variable.parameter.function-call.python - meta.embedded

# A quote that the shell text leaves open ends with the Python string.
c = BashOperator(bash_command="echo 'open", other="plain")
#                                   ^^^^^ string.quoted.single.shell
#                                        ^ punctuation.definition.string.end.python
#                                           ^^^^^ variable.parameter.function-call.python
#                                                  ^^^^^ string.quoted.single.python - meta.embedded

# Raw strings are not regular expressions here.
d = BashOperator(bash_command=r"grep -E '^\d+$' file")
#                             ^ storage.type.string.python
#                               ^^^^ entity.name.function.call.shell
#                                       ^^^^^^ string.quoted.single.shell - string.regexp

e = BashOperator(
    bash_command=(
        "ssh edge01 "
#        ^^^ entity.name.function.call.shell
        "'{# why #} sleep 5'"
#         ^^^^^^^^^ comment.block.jinja
    ),
    cwd="/tmp",
#   ^^^ variable.parameter.function-call.python
)

f = BashOperator.partial(task_id="f").expand(bash_command=["echo 1", "echo 2"])
#                                                           ^^^^ support.function.builtin.shell
#                                                                     ^^^^ support.function.builtin.shell
#                                                                            ^ punctuation.definition.list.end.python

# Neither an assignment nor another function's argument is touched beyond its call.
bash_command = "echo 1"
#               ^^^^ string.quoted.single.python - meta.embedded
g = BashOperator(bash_command=build(name, "echo"), cwd="/tmp")
#                             ^^^^^ meta.function-call.generic.python
#                                          ^^^^ string.quoted.single.python
#                                                  ^^^ variable.parameter.function-call.python
