#!/usr/bin/python3
"""Reads the extension's scripts, as the server would, for what must not be in them.

CREATE EXTENSION and ALTER EXTENSION run a script as a superuser, also for a role
that is none when the extension is trusted, and in a schema in which others may have
put things. So a script must find what it means whatever is in there, must not take
over what is not its own, and must not run or bless what others could have replaced.

    scripts.py FILE...      checks these scripts; the output is in TAP format
    scripts.py --self-test  checks that each fault is found where it is planted

Needs pglast (Debian: python3-pglast).
"""

import json
import re
import sys

from pglast import parse_plpgsql, parse_sql
from pglast.parser import ParseError

OUR_SCHEMAS = {'leadconv'}
SAFE_SCHEMAS = {'pg_catalog'} | OUR_SCHEMAS

# Types of pg_catalog that are written without a schema. pg_catalog comes first in
# the search_path of a script, so nobody else's type of the name is found.
BUILTIN_TYPES = {
    'text', 'jsonb', 'oid', 'name', 'regclass', 'record', 'trigger', 'void', 'timestamptz', 'date', 'numeric', 'integer',
    'bigint', 'boolean'}

# What scripts do. Another statement is no fault, but to be thought about before it
# is added here.
STATEMENTS = {
    'AlterFunctionStmt', 'AlterTableStmt', 'CommentStmt', 'CompositeTypeStmt', 'CreateFunctionStmt', 'DoStmt',
    'DropStmt', 'SelectStmt'}

# What only a superuser may say of a function: to say it of one that its owner may
# have replaced is to bless whatever it does now.
BLESSINGS = {'leakproof', 'support'}

# What 1.0.0 had, and may be replaced: the server sees to it that it is a member
REPLACEABLE = {'leadconv.normalize_company', 'leadconv.normalize_email'}


def tree(node):
    """A parse tree as dicts and lists"""
    return node(skip_none=True) if callable(node) else node


def walk(node):
    """All dicts in a tree, from the top"""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, (list, tuple)):
        for value in node:
            yield from walk(value)


def names(parts):
    return [part['sval'] if isinstance(part, dict) else part for part in parts or ()]


class Script:
    """The faults of one script"""

    def __init__(self, text, is_update):
        self.text = text
        self.is_update = is_update
        self.faults = []
        self.replaced = set()
        self.created = set()

    def fault(self, what):
        if what not in self.faults:
            self.faults.append(what)

    def check(self):
        # the line for psql, which the server skips
        body = re.sub(r'^\\echo .*$', '', self.text, flags=re.M)
        for raw in parse_sql(body):
            statement = tree(raw.stmt)
            if statement['@'] not in STATEMENTS:
                self.fault(f"{statement['@']}: a statement of a kind that no script has had")
            self.check_statement(statement)
        return self.faults

    def check_statement(self, statement):
        kind = statement['@']
        if kind == 'CreateFunctionStmt':
            self.check_function(statement)
        elif kind == 'CompositeTypeStmt':
            self.check_created(statement['typevar'].get('schemaname'), statement['typevar']['relname'])
        elif kind == 'AlterFunctionStmt':
            self.check_alter_function(statement)
        elif kind == 'DropStmt':
            self.check_drop(statement)
        elif kind in ('DoStmt',):
            self.check_block(statement)
        elif kind.startswith('Grant') and self.is_update and statement.get('is_grant', True):
            self.fault('GRANT: what a script grants is in no dump')
        self.check_names(statement)
        for node in walk(statement):
            if node.get('if_not_exists') or node.get('missing_ok') and node['@'] != 'AlterTableStmt' and kind != 'DropStmt':
                self.fault('IF NOT EXISTS: what there is may be somebody else\'s')

    def check_created(self, schema, name):
        if schema not in OUR_SCHEMAS:
            self.fault(f'{name} is created without schema leadconv')
        self.created.add(f'{schema}.{name}')

    def check_function(self, statement):
        parts = names(statement['funcname'])
        name = '.'.join(parts)
        self.check_created(parts[0] if len(parts) > 1 else None, parts[-1])
        options = {option['defname']: option for option in statement.get('options', ())}
        language = options['language']['arg']['sval'].lower() if 'language' in options else 'sql'
        if statement.get('replace'):
            if name not in REPLACEABLE:
                self.fault(f'CREATE OR REPLACE FUNCTION {name}: what there is may be somebody else\'s')
            self.replaced.add(name)
        if 'security' in options and options['security']['arg'].get('boolval', options['security']['arg'].get('ival')):
            self.fault(f'function {name} is SECURITY DEFINER')
        sets = [option['arg'] for option in statement.get('options', ()) if option['defname'] == 'set']
        pinned = any(s.get('name') == 'search_path' for s in sets)
        body = names(options['as']['arg']) if 'as' in options and isinstance(options['as']['arg'], (list, tuple)) else []
        if language == 'c':
            if not body or body[0] != 'MODULE_PATHNAME':
                self.fault(f'function {name} is not in the library')
        elif not pinned and 'sql_body' not in statement:
            self.fault(f'function {name} has no SET search_path')

    def check_alter_function(self, statement):
        name = '.'.join(names(statement['func'].get('objname')))
        for action in statement.get('actions', ()):
            if action['defname'] in BLESSINGS and not (name in self.created or name in self.replaced):
                self.fault(f"ALTER FUNCTION {name} {action['defname'].upper()}: its owner may have replaced it")
            if action['defname'] == 'security' and action['arg'].get('boolval', action['arg'].get('ival')):
                self.fault(f'function {name} is SECURITY DEFINER')

    def check_drop(self, statement):
        if 'CASCADE' in str(statement.get('behavior')):
            self.fault('DROP ... CASCADE: what hangs on it is the user\'s')
        for name in statement['objects']:
            parts = names(name.get('objname') if isinstance(name, dict) else name)
            if len(parts) < 2 or parts[0] not in OUR_SCHEMAS:
                self.fault(f"DROP of {'.'.join(parts)}: not in schema leadconv")

    def check_block(self, statement):
        """DO: its declarations and statements"""
        text = next(option['arg']['sval'] for option in statement['args'] if option['defname'] == 'as')
        function = f'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $lint_block${text}$lint_block$'
        try:
            block = parse_plpgsql(function)
        except ParseError as error:
            self.fault(f'a block that cannot be read: {error}')
            return
        # newer parsers tell what a type is, not how it is written
        for declarations in re.findall(r'\bDECLARE\b(.*?)\bBEGIN\b', re.sub('--.*', '', text), re.I | re.S):
            for declaration in declarations.split(';'):
                found = re.match(r'\s*\S+\s+(?:CONSTANT\s+)?(.*?)\s*(?:NOT\s+NULL\s*)?(?:(?::=|=|DEFAULT\b).*)?$', declaration, re.I | re.S)
                if found:
                    self.check_type(found.group(1))
        for node in walk(block):
            for key, value in node.items():
                if key == 'query' and isinstance(value, str):
                    self.check_expression(value)
            if 'PLpgSQL_stmt_dynexecute' in node:
                self.check_execute(node['PLpgSQL_stmt_dynexecute']['query']['PLpgSQL_expr']['query'])

    def check_type(self, text):
        parts = [part.strip('"') for part in re.sub(r'\[\]|%.*|\(.*', '', text).strip().split('.')]
        self.check_type_name(parts)

    def check_expression(self, text):
        for candidate in (text, 'SELECT ' + text, 'SELECT ' + text.split(':=', 1)[-1]):
            try:
                statements = parse_sql(candidate)
            except ParseError:
                continue
            for raw in statements:
                self.check_names(tree(raw.stmt))
            return
        self.fault(f'an expression that cannot be read: {text}')

    def check_execute(self, text):
        """EXECUTE of what format() puts together from a constant"""
        select = tree(parse_sql('SELECT ' + text)[0].stmt)
        value = select['targetList'][0]['val']
        constant = None
        if value['@'] == 'FuncCall' and names(value['funcname']) == ['pg_catalog', 'format']:
            value = value['args'][0]
        if value['@'] == 'A_Const' and isinstance(value.get('val'), dict):
            constant = value['val'].get('sval')
        if constant is None:
            self.fault('EXECUTE of something else than a constant or pg_catalog.format() of one')
        elif re.search(r'SECURITY\s+DEFINER|OR\s+REPLACE|IF\s+NOT\s+EXISTS|search_path', constant, re.I):
            self.fault(f'EXECUTE of {constant}')

    def check_type_name(self, parts):
        if parts[0] not in SAFE_SCHEMAS and not (len(parts) == 1 and parts[0] in BUILTIN_TYPES):
            self.fault(f"type {'.'.join(parts)} without a schema")

    def check_operator(self, parts):
        if len(parts) < 2 or parts[0] != 'pg_catalog':
            self.fault(f"operator {'.'.join(parts)} without schema pg_catalog")

    def check_names(self, statement):
        """Whatever is looked up by a name, or silently by an operator"""
        ctes = {node['ctename'] for node in walk(statement) if node.get('@') == 'CommonTableExpr'}
        for node in walk(statement):
            kind = node.get('@')
            if kind == 'FuncCall':
                parts = names(node['funcname'])
                if len(parts) < 2 or parts[0] not in SAFE_SCHEMAS:
                    self.fault(f"function {'.'.join(parts)} without a schema")
                elif parts[0] in OUR_SCHEMAS and self.is_update and '.'.join(parts) not in self.created | self.replaced:
                    self.fault(f"function {'.'.join(parts)} is called: its owner may have replaced it")
            elif kind == 'A_Expr':
                self.check_operator(names(node['name']))
            elif kind == 'SubLink' and 'ANY' in str(node.get('subLinkType')):
                self.check_operator(names(node.get('operName')) or ['='])
            elif kind == 'CaseExpr' and node.get('arg'):
                self.fault('CASE with an operand: operator = without schema pg_catalog')
            elif kind == 'JoinExpr' and (node.get('usingClause') or node.get('isNatural')):
                self.fault('JOIN USING: operator = without schema pg_catalog')
            elif kind == 'SortBy' and node.get('useOp'):
                self.check_operator(names(node['useOp']))
            elif kind == 'TypeName':
                self.check_type_name(names(node.get('names')))
            elif kind == 'RangeVar' and statement['@'] != 'CompositeTypeStmt':
                if not node.get('schemaname') and node['relname'] not in ctes:
                    self.fault(f"relation {node['relname']} without a schema")
                if node.get('schemaname') == 'crm':
                    self.fault(f"crm.{node['relname']}: tables are their owner's")
            elif kind == 'VariableSetStmt' and node.get('name') == 'search_path' and statement['@'] != 'CreateFunctionStmt':
                self.fault('SET search_path: the server has set it')


# What must be found: where it is planted, and a word of the fault
PLANTED = (
    ('SELECT set_config(\'a.b\', \'\', true);', 'function set_config without'),
    ('SELECT pg_catalog.now() = pg_catalog.now();', 'operator = without'),
    ('SELECT 1 OPERATOR(leadconv.=) 2;', 'operator leadconv.= without'),
    ('SELECT 1 WHERE 1 IN (1, 2);', 'operator = without'),
    ('SELECT 1 WHERE 1 IN (SELECT 2);', 'operator = without'),
    ('SELECT 1 WHERE 1 BETWEEN 0 AND 2;', 'without schema pg_catalog'),
    ('SELECT 1 WHERE \'a\' LIKE \'b\';', 'operator ~~ without'),
    ('SELECT 1 WHERE 1 IS DISTINCT FROM 2;', 'operator = without'),
    ('SELECT NULLIF(1, 2);', 'operator = without'),
    ('SELECT -p.oid FROM pg_catalog.pg_proc p;', 'operator - without'),
    ('SELECT CASE 1 WHEN 2 THEN 3 END;', 'CASE with an operand'),
    ('SELECT 1 FROM pg_catalog.pg_proc a JOIN pg_catalog.pg_proc b USING (oid);', 'JOIN USING'),
    ('SELECT 1 FROM pg_catalog.pg_proc a NATURAL JOIN pg_catalog.pg_proc b;', 'JOIN USING'),
    ('SELECT 1 FROM pg_catalog.pg_proc a ORDER BY a.oid USING <;', 'operator < without'),
    ('SELECT 1 FROM pg_proc;', 'relation pg_proc without'),
    ('SELECT \'x\'::my_type;', 'type my_type without'),
    ('SELECT \'x\'::public.my_type;', 'type public.my_type without'),
    ('UPDATE crm.lead SET title = \'x\';', 'crm.lead'),
    ('INSERT INTO crm.lead_status (api_name) VALUES (\'x\');', 'crm.lead_status'),
    ('ALTER TABLE crm.lead ADD COLUMN x integer;', 'crm.lead'),
    ('CREATE TABLE leadconv.x (a integer);', 'CreateStmt'),
    ('CREATE SCHEMA IF NOT EXISTS x;', 'IF NOT EXISTS'),
    ('CREATE TABLE IF NOT EXISTS leadconv.x (a integer);', 'IF NOT EXISTS'),
    ('SET search_path = leadconv;', 'SET search_path'),
    ('CREATE FUNCTION f() RETURNS integer LANGUAGE c AS \'MODULE_PATHNAME\', \'f\';', 'f is created without'),
    ('CREATE FUNCTION public.f() RETURNS integer LANGUAGE c AS \'MODULE_PATHNAME\', \'f\';', 'f is created without'),
    ('CREATE FUNCTION leadconv.f() RETURNS integer LANGUAGE c AS \'/tmp/f\', \'f\';', 'not in the library'),
    ('CREATE OR REPLACE FUNCTION leadconv.f() RETURNS integer LANGUAGE c AS \'MODULE_PATHNAME\', \'f\';', 'CREATE OR REPLACE'),
    ('CREATE FUNCTION leadconv.f() RETURNS integer LANGUAGE c SECURITY DEFINER AS \'MODULE_PATHNAME\', \'f\';', 'SECURITY DEFINER'),
    ('ALTER FUNCTION leadconv.f() SECURITY DEFINER;', 'SECURITY DEFINER'),
    ('CREATE FUNCTION leadconv.f() RETURNS integer LANGUAGE sql AS \'SELECT 1\';', 'no SET search_path'),
    ('CREATE FUNCTION leadconv.f() RETURNS integer LANGUAGE plpgsql AS \'BEGIN RETURN 1; END\';', 'no SET search_path'),
    ('CREATE FUNCTION leadconv.f(a my_type) RETURNS integer LANGUAGE c AS \'MODULE_PATHNAME\', \'f\';', 'type my_type'),
    ('CREATE FUNCTION leadconv.f(a integer DEFAULT g()) RETURNS integer LANGUAGE c AS \'MODULE_PATHNAME\', \'f\';', 'function g without'),
    ('CREATE TYPE t AS (a integer);', 't is created without'),
    ('CREATE TYPE leadconv.t AS (a my_type);', 'type my_type'),
    ('CREATE EXTENSION citext;', 'CreateExtensionStmt'),
    ('DROP FUNCTION leadconv.f() CASCADE;', 'CASCADE'),
    ('DROP FUNCTION f();', 'not in schema leadconv'),
    ('ALTER FUNCTION leadconv.is_converting() LEAKPROOF;', 'LEAKPROOF'),
    ('DO $$ BEGIN PERFORM now(); END $$;', 'function now without'),
    ('DO $$ DECLARE a my_type; BEGIN NULL; END $$;', 'type my_type'),
    ('DO $$ DECLARE a text; b CONSTANT my_type NOT NULL := 1; BEGIN DECLARE c text; BEGIN NULL; END; END $$;', 'type my_type'),
    ('DO $$ BEGIN DECLARE a my_type DEFAULT 1; BEGIN NULL; END; END $$;', 'type my_type'),
    ('DO $$ DECLARE a integer := f(); BEGIN NULL; END $$;', 'function f without'),
    ('DO $$ DECLARE a integer; BEGIN a := 1 + 1; END $$;', 'operator + without'),
    ('DO $$ BEGIN IF 1 = 1 THEN NULL; END IF; END $$;', 'operator = without'),
    ('DO $$ DECLARE r record; BEGIN FOR r IN SELECT 1 FROM pg_class LOOP NULL; END LOOP; END $$;', 'relation pg_class'),
    ('DO $$ BEGIN EXECUTE format(\'DROP TABLE x\'); END $$;', 'EXECUTE of something else'),
    ('DO $$ DECLARE a text; BEGIN EXECUTE a; END $$;', 'EXECUTE of something else'),
    ('DO $$ BEGIN EXECUTE \'CREATE OR REPLACE FUNCTION x\'; END $$;', 'EXECUTE of CREATE OR REPLACE'),
    ('DO $$ BEGIN EXECUTE pg_catalog.format(\'ALTER FUNCTION %s SECURITY DEFINER\', \'f\'); END $$;', 'SECURITY DEFINER'))

# Likewise in update scripts only
PLANTED_IN_UPDATES = (
    ('SELECT leadconv.create_crm();', 'its owner may have replaced it'),
    ('DO $$ BEGIN PERFORM leadconv.create_crm(); END $$;', 'its owner may have replaced it'),
    ('GRANT EXECUTE ON FUNCTION leadconv.f() TO PUBLIC;', 'in no dump'))

# What is no fault
GOOD = (
    'SELECT pg_catalog.now() OPERATOR(pg_catalog.=) pg_catalog.now(), COALESCE(1, 2), EXISTS (SELECT 1 FROM pg_catalog.pg_proc);',
    'WITH x AS (SELECT 1 AS a) SELECT x.a::pg_catalog.text FROM x ORDER BY 1;',
    'CREATE FUNCTION leadconv.f(a text DEFAULT NULL) RETURNS SETOF jsonb LANGUAGE c AS \'MODULE_PATHNAME\', \'f\';',
    'CREATE FUNCTION leadconv.f() RETURNS integer LANGUAGE sql SET search_path = pg_catalog, pg_temp AS \'SELECT 1\';',
    'CREATE TYPE leadconv.t AS (a text, b leadconv.lead_convert_error[]); ALTER TYPE leadconv.t ADD ATTRIBUTE c jsonb;',
    'CREATE FUNCTION leadconv.f() RETURNS integer LANGUAGE c AS \'MODULE_PATHNAME\', \'f\'; ALTER FUNCTION leadconv.f() LEAKPROOF;',
    'DO $$ DECLARE a pg_catalog.oid; BEGIN SELECT p.oid INTO STRICT a FROM pg_catalog.pg_proc p WHERE p.oid OPERATOR(pg_catalog.=) 1;'
    ' EXECUTE pg_catalog.format(\'ALTER FUNCTION %s OWNER TO %I\', a, \'x\'); END $$;')


class Tap:
    """Results in TAP format"""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def result(self, good, name, *details):
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}")
        for detail in details:
            print(f'#   {detail}')

    def end(self):
        print(f'1..{self.count}')
        return 1 if self.failed else 0


def faults_of(text, is_update):
    try:
        return Script(text, is_update).check()
    except ParseError as error:
        return [f'cannot be read: {error}']


def self_test(tap):
    cases = [(sql, word, update) for sql, word in PLANTED for update in (False, True)]
    cases += [(sql, word, True) for sql, word in PLANTED_IN_UPDATES]
    missed = [f'{sql} (want: {word})' for sql, word, update in cases
              if not any(word in fault for fault in faults_of(sql, update))]
    tap.result(not missed, f'{len(cases)} planted faults are found', *missed)
    wrong = [f'{sql}: {fault}' for sql in GOOD for fault in faults_of(sql, False)]
    tap.result(not wrong, f'{len(GOOD)} good statements are let pass', *wrong)


def main(arguments):
    tap = Tap()
    self_test(tap)
    for file in arguments:
        if file == '--self-test':
            continue
        with open(file, encoding='utf-8') as script:
            faults = faults_of(script.read(), file.count('--') > 1)
        tap.result(not faults, file, *faults)
    return tap.end()


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
