#!/usr/bin/python3
"""Lints extension scripts, which may run as a superuser for somebody who is none.

    lint_scripts.py FILE...

Prints a line for each fault, "FILE: what: where", and exits with 1 if there is any:

  unqualified function, operator   overloads in a schema of the caller's could be better matches
  unqualified table, object        another one of the name could be meant
  CREATE OR REPLACE, IF NOT EXISTS would take over what somebody else has made
  SECURITY DEFINER                 there is none
  no SET search_path               of a function in SQL or a procedural language

Type names need no schema: the server looks in pg_catalog first while an extension
script runs, and types are not overloaded; so one counts as unqualified when it is
not one of pg_catalog's.  What EXECUTE puts together cannot be seen; the functions
and operators that do so can.
"""
import json
import re
import sys

import pglast
from pglast import ast
from pglast.visitors import Visitor

BUILT_IN_TYPES = {
    "bool", "boolean", "bigint", "int8", "int4", "integer", "smallint", "numeric", "float8", "text", "name", "jsonb", "json",
    "date", "timestamptz", "timestamp", "interval", "oid", "regclass", "regrole", "regprocedure", "regtype", "regnamespace",
    "trigger", "event_trigger", "void", "record", "internal", "cstring", "bytea", "uuid", "varchar", "bpchar", "char",
    "anyelement", "anyarray", "language_handler",
}


def names(value):
    """The parts of a name, or an empty list"""
    return [part.sval for part in value or () if isinstance(part, ast.String)]


class Linter(Visitor):
    def __init__(self, report):
        self.report = report
        self.ctes = set()

    def visit_CommonTableExpr(self, ancestors, node):
        self.ctes.add(node.ctename)

    def visit_FuncCall(self, ancestors, node):
        if len(names(node.funcname)) < 2:
            self.report("unqualified function", ".".join(names(node.funcname)))

    def visit_A_Expr(self, ancestors, node):
        if len(names(node.name)) < 2 and node.kind != pglast.enums.A_Expr_Kind.AEXPR_NULLIF:
            self.report("unqualified operator", ".".join(names(node.name)))

    def visit_SortBy(self, ancestors, node):
        if node.useOp and len(names(node.useOp)) < 2:
            self.report("unqualified operator", ".".join(names(node.useOp)))

    def visit_SubLink(self, ancestors, node):
        if node.operName and len(names(node.operName)) < 2:
            self.report("unqualified operator", ".".join(names(node.operName)))
        elif node.testexpr is not None and not node.operName:
            self.report("unqualified operator", "IN")

    def visit_CaseExpr(self, ancestors, node):
        if node.arg is not None:
            self.report("unqualified operator", "= of CASE")

    def visit_RangeVar(self, ancestors, node):
        if node.schemaname is None and node.relname not in self.ctes:
            self.report("unqualified table", node.relname)

    def visit_TypeName(self, ancestors, node):
        parts = names(node.names)
        if len(parts) == 1 and parts[0] not in BUILT_IN_TYPES and not node.pct_type:
            self.report("unqualified type", parts[0])

    def visit_CreateFunctionStmt(self, ancestors, node):
        options = {option.defname: option.arg for option in node.options or ()}
        name = ".".join(names(node.funcname))
        if node.replace:
            self.report("CREATE OR REPLACE", name)
        if len(names(node.funcname)) < 2:
            self.report("unqualified object", name)
        if "security" in options and getattr(options["security"], "boolval", getattr(options["security"], "ival", True)):
            self.report("SECURITY DEFINER", name)
        language = options["language"].sval.lower() if "language" in options else "sql"
        if language not in ("c", "internal"):
            sets = [option.arg for option in node.options or () if option.defname == "set"]
            if not any(s.name == "search_path" for s in sets):
                self.report("no SET search_path", name)
            for body in names(options.get("as")) if language == "sql" else ():
                lint_sql(body, self.report)

    def visit_ViewStmt(self, ancestors, node):
        if node.replace:
            self.report("CREATE OR REPLACE", node.view.relname)

    def check_defined(self, node):
        if len(names(node.defnames)) < 2 and node.kind != pglast.enums.ObjectType.OBJECT_COLLATION:
            self.report("unqualified object", ".".join(names(node.defnames)))
        if getattr(node, "replace", False):
            self.report("CREATE OR REPLACE", ".".join(names(node.defnames)))
        if node.if_not_exists:
            self.report("IF NOT EXISTS", ".".join(names(node.defnames)))

    visit_DefineStmt = lambda self, ancestors, node: self.check_defined(node)

    def visit_DoStmt(self, ancestors, node):
        lint_plpgsql(node, self.report)

    def visit(self, ancestors, node):
        if getattr(node, "if_not_exists", False) and not isinstance(node, ast.DefineStmt):
            self.report("IF NOT EXISTS", type(node).__name__)

    def visit_ObjectWithArgs(self, ancestors, node):
        if len(names(node.objname)) < 2:
            self.report("unqualified object", ".".join(names(node.objname)))


def lint_sql(sql, report):
    for statement in pglast.parse_sql(sql):
        Linter(report)(statement)


def queries(node):
    """The queries of PL/pgSQL, as the parser of the language tells them"""
    if isinstance(node, dict):
        if "PLpgSQL_expr" in node:
            yield node["PLpgSQL_expr"]["query"]
        for value in node.values():
            yield from queries(value)
    elif isinstance(node, list):
        for value in node:
            yield from queries(value)


def lint_plpgsql(node, report):
    body = next(arg.arg.sval for arg in node.args if arg.defname == "as")
    parsed = pglast.parse_plpgsql("DO $lint$" + body + "$lint$")
    found = 0
    for query in queries(json.loads(parsed) if isinstance(parsed, str) else parsed):
        found += 1
        for sql in (query, "SELECT " + re.sub(r"^\s*[\w.]+\s*:?=(?!=)", "", query)):
            try:
                lint_sql(sql, report)
                break
            except pglast.parser.ParseError:
                continue
        else:
            report("not understood", query)
    if found == 0:
        report("not understood", "DO block")


def main(files):
    faults = []
    for file in files:
        with open(file, encoding="utf-8") as handle:
            sql = re.sub(r"^\\echo .*$", "", handle.read(), flags=re.M)
        sql = sql.replace("@extowner@", "extowner").replace("@extschema@", "leadconv")
        lint_sql(sql, lambda what, where: faults.append(f"{file}: {what}: {where}"))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
