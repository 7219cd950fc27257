# Copyright (c) 2026, the leadconv authors

# The scripts that create and update the extension name everything with its
# schema and take over nothing that is there: whoever runs them, for whomever,
# runs nobody else's code. And the lint that says so finds faults.

use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = "$FindBin::RealBin/../..";
my @lint = ('/usr/bin/python3', "$top/test/lint_scripts.py");
my $dir = PostgreSQL::Test::Utils::tempdir;

# The faults that the lint finds in a file, one line each
sub faults
{
	my ($file) = @_;
	my ($out, $err) = run_command([ @lint, $file ]);

	is($err, '', "$file: the lint understands it");
	return $out =~ s/^\Q$file\E: //gmr;
}

my @scripts = glob("$top/leadconv--*.sql");

cmp_ok(scalar @scripts, '>=', 2, 'scripts to create and to update the extension');
is(faults($_), '', 'no faults in ' . (split m{/})[-1]) foreach @scripts;

# Each kind of fault is found, in a file of its own
my @planted = (
	[ 'unqualified function: now', 'SELECT now();' ],
	[ 'unqualified function: format', q{DO $$BEGIN EXECUTE format('x'); END$$;} ],
	[ 'unqualified operator: =', 'SELECT 1 FROM pg_catalog.pg_proc p WHERE p.oid = 1;' ],
	[ 'unqualified operator: ||', q{DO $$DECLARE x text := 'a' || 'b'; BEGIN END$$;} ],
	[ 'unqualified operator: IN', 'SELECT 1 WHERE 1 IN (SELECT 1);' ],
	[ 'unqualified operator: =', 'SELECT 1 WHERE 1 IN (1, 2);' ],
	[ 'unqualified operator: = of CASE', 'SELECT CASE 1 WHEN 1 THEN 2 END;' ],
	[ 'unqualified table: pg_proc', 'SELECT 1 FROM pg_proc;' ],
	[ 'unqualified table: t', 'DO $$BEGIN DELETE FROM t; END$$;' ],
	[ 'unqualified type: lead_convert', 'SELECT NULL::lead_convert;' ],
	[ 'unqualified object: f', q{CREATE FUNCTION f() RETURNS void LANGUAGE c AS 'x', 'f';} ],
	[ 'unqualified object: f', q{COMMENT ON FUNCTION f() IS 'x';} ],
	[ 'CREATE OR REPLACE: leadconv.f', q{CREATE OR REPLACE FUNCTION leadconv.f() RETURNS void LANGUAGE c AS 'x', 'f';} ],
	[ 'CREATE OR REPLACE: v', 'CREATE OR REPLACE VIEW leadconv.v AS SELECT 1;' ],
	[ 'IF NOT EXISTS: CreateStmt', 'CREATE TABLE IF NOT EXISTS leadconv.t (i bigint);' ],
	[ 'IF NOT EXISTS: CreateSchemaStmt', 'CREATE SCHEMA IF NOT EXISTS s;' ],
	[ 'SECURITY DEFINER: leadconv.f', q{CREATE FUNCTION leadconv.f() RETURNS void LANGUAGE c SECURITY DEFINER AS 'x', 'f';} ],
	[ 'no SET search_path: leadconv.f', q{CREATE FUNCTION leadconv.f() RETURNS bigint LANGUAGE sql AS 'SELECT 1';} ],
	[ 'unqualified function: now', q{CREATE FUNCTION leadconv.f() RETURNS timestamptz LANGUAGE sql SET search_path = pg_catalog AS 'SELECT now()';} ],
);

foreach my $number (0 .. $#planted)
{
	my ($fault, $sql) = @{ $planted[$number] };
	my $file = "$dir/planted$number.sql";

	append_to_file($file, "\\echo not for psql\n$sql\n");
	is(faults($file), $fault, "found: $sql");
}

done_testing();
