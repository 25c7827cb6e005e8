# SYNTAX TEST "source.python" "what @task.bash functions return"

@task.bash(env={"A": "b"}, cwd="/tmp")
# <- punctuation.definition.decorator.python
#^^^^ entity.name.function.decorator.python
#          ^^^ variable.parameter.function-call.python
#                    ^ string.quoted.single.python - meta.embedded
def load(day: str) -> str:
#   ^^^^ entity.name.function.python
    """Says load."""
#      ^^^^^^^^^^ string.quoted.docstring.multi.python - meta.embedded
    log("echo")
#        ^^^^ string.quoted.single.python - meta.embedded
    if day:
        return f"load --day {day}"
#       ^^^^^^ keyword.control.flow.python
#                ^^^^ meta.embedded.inline.shell.tether entity.name.function.call.shell
#                           ^ constant.character.format.placeholder.other.python
    return """
echo {{ ds }}
# <---- support.function.builtin.shell
"""
# <--- punctuation.definition.string.end.python


@task
def name():
    return "echo"
#           ^^^^ string.quoted.single.python - meta.embedded


class Builder:
    @task.bash
    def load(self):
        return "echo"
#               ^^^^ support.function.builtin.shell

    other = "echo"
#            ^^^^ string.quoted.single.python - meta.embedded
