"""Reads the classes of one wheel with `ast` (nothing is imported) and prints them as JSON.

usage: extract.py WHEEL      one line of JSON: {"requires": [...], "decorators": {...}, "modules": {...}}
       extract.py --source MODULE[.__init__]   one module only, its text on standard input
"""

import ast
import json
import re
import sys
import zipfile

SKIP = re.compile(
    r"/(tests?|migrations|www|ui|api|api_fastapi|api_connexion|api_internal|auth|cli|cli_commands|jobs|executors|"
    r"_vendor|vendor_packages|example_dags|www_rbac|kubernetes_tests|openapi|generated|ti_deps|serialization|"
    r"secrets|log|links|fs|plugins|dag_processing|assets|_shared|dev|scripts)/|/provider_info|__main__"
)


def dotted(node):
    """`a.b.c` as text, else None."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])


def top_level(body):
    """Statements that run on import, those under `if` and `try` among them."""
    for node in body:
        if isinstance(node, ast.If):
            yield from top_level(node.body)
            yield from top_level(node.orelse)
        elif isinstance(node, ast.Try):
            yield from top_level(node.body)
            for handler in node.handlers:
                yield from top_level(handler.body)
            yield from top_level(node.orelse)
        else:
            yield node


def literal(node):
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError):
        return None


def strings(node):
    return [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]


class Module:
    def __init__(self, name, is_package, tree):
        self.name = name
        self.package = name if is_package else name.rpartition(".")[0]
        self.imports = {}
        self.shims = {}
        self.classes = {}
        self.functions = []
        self.constants = {}
        self.decorated = {}
        nodes = list(top_level(tree.body))
        for node in nodes:
            self.first(node)
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                self.classes.setdefault(node.name, self.read_class(node))

    def absolute(self, module, level):
        if not level:
            return module or ""
        base = self.package.split(".")
        base = base[: len(base) - (level - 1)]
        return ".".join([*base, module] if module else base)

    def first(self, node):
        if isinstance(node, ast.ImportFrom):
            module = self.absolute(node.module, node.level)
            for alias in node.names:
                self.imports.setdefault(alias.asname or alias.name, f"{module}.{alias.name}")
        elif isinstance(node, ast.Import):
            for alias in node.names:
                self.imports.setdefault(alias.asname or alias.name.split(".")[0], alias.asname and alias.name or alias.name.split(".")[0])
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.functions.append(node.name)
            for call in ast.walk(node):
                if isinstance(call, ast.Call):
                    for keyword in call.keywords:
                        if keyword.arg == "decorated_operator_class" and dotted(keyword.value):
                            self.decorated[node.name] = dotted(keyword.value)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    self.constants.setdefault(target.id, node.value)
                    self.shim(target.id, node.value)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and node.value.args:
            if (dotted(node.value.func) or "").endswith("add_deprecated_classes"):
                self.shim("__deprecated_classes", node.value.args[0])

    def shim(self, name, value):
        """The tables by which a package lends old or short names to what lives elsewhere."""
        if isinstance(value, ast.Dict):
            # {__name__: {"dag": "airflow.sdk.dag"}} lends in the package itself
            value.keys = [ast.Constant("") if dotted(k) == "__name__" else k for k in value.keys if k is not None]
        table = literal(value) if isinstance(value, ast.Dict) else None
        if not isinstance(table, dict):
            return
        if name.endswith("__deprecated_classes"):
            # {"bash": {"BashOperator": "airflow.providers.standard.operators.bash.BashOperator"}}
            for module, names in table.items():
                if isinstance(names, dict):
                    for old, new in names.items():
                        self.shims[f"{self.name}.{module}.{old}".replace("..", ".")] = new
        elif name.endswith("__lazy_imports"):
            # {"BaseOperator": ".bases.operator"} or {"DAG": (".models.dag", "DAG", False)}
            for short, target in table.items():
                module, attribute = (target, short) if isinstance(target, str) else (target[0], target[1])
                if module.startswith("."):
                    module = self.absolute(module[1:], 1)
                if attribute:
                    self.shims[f"{self.name}.{short}"] = f"{module}.{attribute}"
        elif name == "_IMPORT_MAP":
            # common.compat: {"BaseOperator": ("airflow.sdk", "airflow.models")}, the newest home first
            for short, target in table.items():
                home = target if isinstance(target, str) else target[0]
                self.shims[f"{self.name}.{short}"] = f"{home}.{short}"
        elif name in ("_operators", "_sensors", "_hooks"):
            # 1.10: {"bash_operator": ["BashOperator"]}
            for module, names in table.items():
                if isinstance(names, list):
                    for short in names:
                        self.shims[f"{self.name}.{short}"] = f"{self.name}.{module}.{short}"

    def resolve(self, node):
        """A base class as written → where it comes from."""
        if isinstance(node, ast.Subscript):
            node = node.value
        text = dotted(node)
        if text is None:
            return None
        head, _, rest = text.partition(".")
        target = self.imports.get(head, f"{self.name}.{head}")
        return f"{target}.{rest}" if rest else target

    def default(self, node, attributes):
        """[] required is the caller's; a literal as itself; anything else as {"text": …}."""
        for _ in range(3):
            name = dotted(node)
            if name in attributes:
                node = attributes[name]
            elif name in self.constants:
                node = self.constants[name]
            else:
                break
        value = literal(node)
        if value is None and not (isinstance(node, ast.Constant) and node.value is None):
            value = arithmetic(node)
        elif isinstance(value, (str, int, float, bool)) or value is None:
            return value
        if isinstance(value, (int, float)):
            return value
        return {"text": ast.unparse(node)}

    def read_class(self, node):
        attributes, methods = {}, {}
        for item in top_level(node.body):
            if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)):
                methods[item.name] = item
            elif isinstance(item, ast.Assign):
                for target in item.targets:
                    if isinstance(target, ast.Name):
                        attributes[target.id] = item.value
            elif isinstance(item, ast.AnnAssign) and item.value and isinstance(item.target, ast.Name):
                attributes[item.target.id] = item.value
        out = {"bases": [b for b in map(self.resolve, node.bases) if b]}
        marks = [dotted(d.func if isinstance(d, ast.Call) else d) or "" for d in node.decorator_list]
        if any(m.endswith("poke_mode_only") for m in marks):
            out["pokeOnly"] = True
        init = methods.get("__init__")
        if init:
            out["init"], out["kwargs"] = self.signature(init, attributes)
            if not out["init"] and hands_on(init, "deferrable"):
                # BatchOperatorAsync: its base, deferred.
                out["init"] = [["deferrable", True]]
        warns = init and any(isinstance(n, ast.Call) and (dotted(n.func) or "").endswith("warn") for n in ast.walk(init))
        lends = not (init and out["init"]) and set(methods) <= {"__init__"} and "template_fields" not in attributes
        if lends and len(out["bases"]) == 1 and (warns or any(m.endswith("deprecated") for m in marks)):
            out["shim"] = True
        for field in ("template_fields", "template_ext"):
            if field in attributes:
                value = attributes[field]
                base = [self.resolve(n.value) for n in ast.walk(value) if isinstance(n, ast.Attribute) and n.attr == field]
                for n in ast.walk(value):
                    if isinstance(n, ast.Name) and n.id in self.constants:
                        value = ast.Tuple([value, self.constants[n.id]])
                found = strings(value)
                if "aws_template_fields" in ast.unparse(value):
                    found += ["aws_conn_id", "region_name", "verify"]
                out[field] = {"own": found, "from": [b for b in base if b]}
        kill = methods.get("on_kill")
        if kill:
            out["onKill"] = any(not isinstance(n, (ast.Pass, ast.Expr)) or not isinstance(getattr(n, "value", None), (ast.Constant, type(None))) for n in kill.body)
        out["methods"] = sorted(m for m in methods if m in ("execute", "poke", "get_conn"))
        return out

    def signature(self, init, attributes):
        args = init.args
        positional = (args.posonlyargs + args.args)[1:]
        defaults = [None] * (len(positional) - len(args.defaults)) + list(args.defaults)
        pairs = list(zip(positional, defaults[-len(positional):] if positional else []))
        pairs += list(zip(args.kwonlyargs, args.kw_defaults))
        own = [[a.arg, {"required": True} if d is None else self.default(d, attributes)] for a, d in pairs]
        return own, args.kwarg is not None


def arithmetic(node):
    """`7 * 24 * 60 * 60` → 604800."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = arithmetic(node.operand)
        return None if value is None else -value
    if isinstance(node, ast.BinOp):
        a, b = arithmetic(node.left), arithmetic(node.right)
        if a is None or b is None:
            return None
        if isinstance(node.op, ast.Mult):
            return a * b
        if isinstance(node.op, ast.Add):
            return a + b
        if isinstance(node.op, ast.Sub):
            return a - b
    return None


def facts(module):
    return {
        "imports": {k: v for k, v in module.imports.items() if v.startswith("airflow")},
        "shims": module.shims,
        "classes": module.classes,
        "names": sorted({*module.functions, *module.constants}),
        "decorated": {k: module.resolve(ast.parse(v).body[0].value) for k, v in module.decorated.items()},
    }


def hands_on(init, name):
    """Whether a constructor passes True on by that name."""
    return any(
        isinstance(n, ast.keyword) and n.arg == name and isinstance(n.value, ast.Constant) and n.value.value is True
        for n in ast.walk(init)
    )


def read_wheel(path):
    modules, requires, decorators = {}, [], {}
    with zipfile.ZipFile(path) as wheel:
        for name in sorted(wheel.namelist()):
            if name.endswith(".dist-info/METADATA"):
                text = wheel.read(name).decode()
                requires = re.findall(r"^Requires-Dist: (apache-airflow(?:-core)?\b[^-\[\w].*|apache-airflow)$", text, re.M)
            if not name.endswith(".py") or SKIP.search(name) or not name.startswith(("airflow/", "astronomer/")):
                continue
            tree = ast.parse(wheel.read(name).decode())
            parts = name[:-3].split("/")
            package = parts[-1] == "__init__"
            if parts[-1] == "get_provider_info":
                for node in ast.walk(tree):
                    if isinstance(node, ast.Return) and isinstance(node.value, ast.Dict):
                        for entry in (literal(node.value) or {}).get("task-decorators", []):
                            decorators[entry["name"]] = entry["class-name"]
                continue
            module = Module(".".join(parts[:-1] if package else parts), package, tree)
            found = facts(module)
            if found["classes"] or found["shims"] or found["imports"]:
                modules[module.name] = found
    return {"requires": requires, "decorators": decorators, "modules": modules}


if __name__ == "__main__":
    if sys.argv[1] == "--source":
        name = sys.argv[2].removesuffix(".__init__")
        print(json.dumps(facts(Module(name, name != sys.argv[2], ast.parse(sys.stdin.read())))))
    else:
        print(json.dumps(read_wheel(sys.argv[1])))
