/**
 * The Python that tries an author's solution: all code cells in order, in names of their own, so
 * that those of the notebook stay as they are. Each statement of a tests cell is judged by
 * itself. Answers `{"cells": [{"id", "ran", "passed", "failures": [{"line", "text", "error", "message"}]}]}`.
 */
export const MIME = 'application/vnd.candyce.trial+json';

/** Defines `_candyce_trial(cells, words)`, a coroutine. Nothing but the standard library. */
export const DEFINITION = String.raw`
async def _candyce_trial(cells, words):
    import ast, builtins, contextlib, inspect, io, operator, re

    PIP = re.compile(r"^\s*[%!]pip\b.*$", re.MULTILINE)
    AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    OPERATORS = {
        ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
        ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
        ast.In: lambda a, b: a in b, ast.NotIn: lambda a, b: a not in b,
    }

    class Silence(io.TextIOBase):
        def write(self, text):
            return len(text)

        def writable(self):
            return True

    def no_input(*args, **kwargs):
        raise EOFError(words["input"])

    shell = getattr(builtins, "get_ipython", lambda: None)()
    names = {"__name__": "__main__", "__builtins__": builtins, "input": no_input}

    def clean(source):
        source = PIP.sub("", source)
        return shell.transform_cell(source) if shell is not None else source

    def short(value):
        try:
            text = repr(value)
        except Exception as error:
            text = f"<{type(value).__name__}: {type(error).__name__}>"
        return text if len(text) <= 200 else text[:199] + "…"

    async def run(tree):
        code = compile(tree, "<cell>", "exec" if isinstance(tree, ast.Module) else "eval", AWAIT)
        value = eval(code, names)
        return await value if code.co_flags & inspect.CO_COROUTINE else value

    async def check(statement):
        test = statement.test if isinstance(statement, ast.Assert) else None
        plain = (
            not isinstance(test, ast.Compare)
            or len(test.ops) != 1
            or any(isinstance(node, (ast.Await, ast.NamedExpr)) for node in ast.walk(test))
        )
        if plain:
            await run(ast.Module([statement], []))
            return
        left = await run(ast.Expression(test.left))
        right = await run(ast.Expression(test.comparators[0]))
        if OPERATORS[type(test.ops[0])](left, right):
            return
        said = await run(ast.Expression(statement.msg)) if statement.msg else ""
        given = words["given"].format(what=ast.unparse(test.left), value=short(left))
        raise AssertionError(f"{said} – {given}" if said else given)

    def failure(error, line, text):
        message = getattr(error, "msg", None) if isinstance(error, SyntaxError) else str(error)
        return {
            "line": line or 0,
            "text": text.strip().splitlines()[0][:200] if text.strip() else "",
            "error": type(error).__name__,
            "message": str(message or "")[:500],
        }

    def line_in(error):
        line = 0
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == "<cell>":
                line = line or trace.tb_lineno
            trace = trace.tb_next
        return line

    async def try_cell(cell):
        outcome = {"id": cell["id"], "ran": 0, "passed": 0, "failures": []}
        source = cell["source"]
        try:
            source = clean(source)
            tree = ast.parse(source)
        except Exception as error:
            outcome["failures"].append(failure(error, getattr(error, "lineno", 0), str(getattr(error, "text", "") or "")))
            return outcome
        statements = tree.body
        if not cell["tests"]:
            outcome["ran"] = 1
            try:
                await run(tree)
            except (Exception, SystemExit) as error:
                line = line_in(error)
                text = source.splitlines()[line - 1] if line else ""
                outcome["failures"].append(failure(error, line, text))
            else:
                outcome["passed"] = 1
            return outcome
        for statement in statements:
            judged = isinstance(statement, ast.Assert) or not isinstance(
                statement, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign)
            )
            outcome["ran"] += judged
            try:
                await check(statement)
                outcome["passed"] += judged
            except (Exception, SystemExit) as error:
                text = ast.get_source_segment(source, statement) or ""
                outcome["failures"].append(failure(error, statement.lineno, text))
                if not isinstance(statement, ast.Assert):
                    break
        return outcome

    with contextlib.suppress(Exception):
        from candyce_kernel.packages import load_imports
        for cell in cells:
            with contextlib.suppress(Exception):
                await load_imports(clean(cell["source"]))
    silence = Silence()
    with contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence):
        return {"cells": [await try_cell(cell) for cell in cells]}
`;
