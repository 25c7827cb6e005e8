"""Tell which classes and constructor parameters really exist in this environment, and with which defaults.

    python check_classes.py < questions.json

Standard input is a JSON list of {"fqcn": …, "parameters": [name, …]}; standard output answers each in the same order.
The shapes are `ClassQuestion` and `ClassAnswer` in classes.ts. A parameter counts when the constructor accepts it by
name: its own signature or, through `**kwargs`, that of a class behind it, up to BaseOperator. What a constructor pops
from `**kwargs` cannot be seen. Functions and other objects are answered by their signature alone. Run with the
variables of layout.ts.
"""

import enum
import importlib
import inspect
import json
import sys

from import_dags import as_json
from isolation import refuse_network, take_stdout

NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def find(fqcn: str):
    """Return the object behind a dotted name, or raise ImportError or AttributeError."""
    module, _, name = fqcn.rpartition(".")
    return getattr(importlib.import_module(module), name)


def accepted_parameters(target) -> dict[str, tuple[inspect.Parameter, str]]:
    """Map each accepted argument name to its parameter and the name of the class (or function) that declares it."""
    if not inspect.isclass(target):
        if not callable(target):
            return {}
        found = inspect.signature(target).parameters.values()
        return {each.name: (each, getattr(target, "__qualname__", "")) for each in found if each.kind in NAMED}
    accepted: dict[str, tuple[inspect.Parameter, str]] = {}
    for base in target.__mro__:
        if "__init__" not in vars(base):
            continue
        # `signature` sees through Airflow's `apply_defaults`, which uses functools.wraps.
        parameters = list(inspect.signature(base.__init__).parameters.values())[1:]
        for each in parameters:
            if each.kind in NAMED:
                accepted.setdefault(each.name, (each, base.__qualname__))
        if not any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters):
            break
    return accepted


def describe_default(parameter: inspect.Parameter) -> dict:
    if parameter.default is inspect.Parameter.empty:
        return {"kind": "required"}
    value = as_json(parameter.default)
    # `as_json` answers a text for what JSON cannot say.
    literal = parameter.default.value if isinstance(parameter.default, enum.Enum) else parameter.default
    if isinstance(value, str) and value != literal:
        return {"kind": "expression", "text": value}
    return {"kind": "value", "value": value}


def answer(question: dict) -> dict:
    fqcn = question["fqcn"]
    try:
        target = find(fqcn)
    except Exception as error:  # A module may raise anything while it is imported, for want of an optional package.
        return {"fqcn": fqcn, "missing": f"{type(error).__name__}: {error}"}
    accepted = accepted_parameters(target)
    names = question["parameters"]
    return {
        "fqcn": fqcn,
        "canonical": f"{getattr(target, '__module__', '')}.{getattr(target, '__qualname__', '')}".strip("."),
        "parameters": {
            name: {"default": describe_default(accepted[name][0]), "declared": accepted[name][1]}
            for name in names
            if name in accepted
        },
        "unknown": [name for name in names if name not in accepted],
    }


def main() -> None:
    report = take_stdout()
    refuse_network()
    json.dump([answer(question) for question in json.load(sys.stdin)], report)
    report.write("\n")
    report.close()


if __name__ == "__main__":
    main()
