# SYNTAX TEST "source.python" "shell in the command of SSH operators only"

a = SSHOperator(
#   ^^^^^^^^^^^ meta.function-call.generic.python
#              ^ punctuation.definition.arguments.begin.python
    task_id="a",
#   ^^^^^^^ variable.parameter.function-call.python
#            ^ string.quoted.single.python
    command="nohup /opt/job.sh >/dev/null 2>&1 &",
#   ^^^^^^^ variable.parameter.function-call.python
#            ^^^^^ meta.embedded.inline.shell.tether entity.name.function.call.shell
#                              ^ keyword.operator.redirect.shell
#                                              ^ punctuation.separator.statement.background.shell
    cmd_timeout=10,
#   ^^^^^^^^^^^ variable.parameter.function-call.python
#               ^^ constant.numeric.dec.python
    **extra,
#   ^^ keyword.operator.unpacking.arguments.python
)
# <- punctuation.definition.arguments.end.python

b = SSHRemoteJobOperator.partial(task_id="b", command='( set -e; ./run.sh )')
#                        ^^^^^^^ meta.function-call.generic.python
#                                                        ^^^ support.function.builtin.shell

# An image's command is an argument vector, no shell text.
c = DockerOperator(task_id="c", command="echo done")
#                                        ^^^^ string.quoted.single.python - meta.embedded

# "command=" in a comment or a string is neither.
d = "SSHOperator(command='echo')"
#                         ^^^^ string.quoted.single.python - meta.embedded
