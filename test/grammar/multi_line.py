# SYNTAX TEST "source.python" "shell in triple-quoted strings"

a = BashOperator(
    task_id="a",
    bash_command="""
#                ^^^ punctuation.definition.string.begin.python
    set -euo pipefail
#   ^^^ meta.embedded.block.shell.tether support.function.builtin.shell
    {% if params.full %}
#   ^^ punctuation.definition.template-expression.begin.jinja
#      ^^ keyword.control.jinja
#         ^^^^^^ variable.other.jinja
    rsync -a src \
#   ^^^^^ entity.name.function.call.shell
#                ^ constant.character.escape.line-continuation.shell
        --delete "$TARGET" | tee log
#       ^ constant.other.option.dash.shell - entity.name.function.call.shell
#                 ^ punctuation.definition.variable.shell
#                          ^ keyword.operator.pipe.shell
    {% endif %}
#      ^^^^^ keyword.control.jinja
    echo "an open quote
#        ^ string.quoted.double.shell
    echo next
#   ^^^^ support.function.builtin.shell
    """,
#   ^^^ punctuation.definition.string.end.python - meta.embedded
    cwd="/tmp",
#   ^^^ variable.parameter.function-call.python
)

b = BashOperator(bash_command=textwrap.dedent('''\
    nohup ./job.sh &
#   ^^^^^ entity.name.function.call.shell
#                  ^ punctuation.separator.statement.background.shell
''').strip(), cwd="/tmp")
# <--- punctuation.definition.string.end.python
#             ^^^ variable.parameter.function-call.python

c = 1
#   ^ constant.numeric.dec.python - meta.embedded
