# crm_schema.awk
#
# Makes src/crm/crm_schema.h from crm.sql, the one text that says what schema
# crm is made of, and from the steps of upgrade_crm(), which name parts of it:
#
#     awk -f crm_schema.awk crm.h crm.sql upgrade/2.sql upgrade/3.sql ...
#
# The version of the schema is LC_SCHEMA_VERSION in crm.h, and that word in
# crm.sql stands for it. There must be one step for each version after the
# first. Runs on any awk.
#
# The form of crm.sql that this relies on, and insists on. Tables: one line a
# column, indented by four spaces; constraints are indented likewise, and their
# further lines by more.
#
#     -- crm.NAME: What the table holds.
#     CREATE TABLE crm.NAME (
#         column type ..., -- What the column holds.
#         CONSTRAINT name ...
#     );
#
# On one line each:
#
#     ALTER TABLE crm.TABLE ADD CONSTRAINT name ...;
#     CREATE [UNIQUE] INDEX name ON crm.TABLE ...;
#
# Views, with COMMENT ON COLUMN statements behind them, one line each:
#
#     -- crm.NAME: What the view shows.
#     CREATE VIEW crm.NAME ... ;
#
# Rows that are there from the start; a step may add them to a table that has
# some already, so a unique key must tell which:
#
#     -- seed NAME: What the rows are.
#     INSERT INTO crm.TABLE ... ;
#
# A step consists of lines such as these, and of SQL where none of them fits,
# from the beginning of a line to a line that ends in ";":
#
#     add_table('table');
#     add_column('table', 'column');
#     add_constraint('table', 'constraint');
#     add_index('index');
#     comment_column('table', 'column');
#     replace_view('view');
#     add_seed('seed');

function fail(message)
{
	print FILENAME ":" FNR ": " message > "/dev/stderr"
	failed = 1
	exit 1
}

# A C string literal
function c_string(s)
{
	gsub(/[\\"]/, "\\\\&", s)
	gsub(/\t/, "\\t", s)
	gsub(/\n/, "\\n\"\n\t\t\"", s)
	gsub(/\?\?/, "?\\?", s)		# no trigraphs
	return "\"" s "\""
}

# Where the comment of a line starts: the first "-- " outside of a string
function comment_start(s,   i, c, quoted)
{
	quoted = 0
	for (i = 1; i < length(s); i++)
	{
		c = substr(s, i, 1)
		if (c == "'")
			quoted = !quoted
		else if (!quoted && substr(s, i, 3) == "-- ")
			return i
	}
	return 0
}

# A name without schema crm
function bare(s)
{
	if (s !~ /^crm\.[a-z_0-9]+$/)
		fail("not a name of schema crm: " s)
	return substr(s, 5)
}

# Part of the schema: its number, by which steps find it
function add_part(kind, table_name, name, sql, comment,   key)
{
	key = kind " " table_name " " name
	if (key in part_number)
		fail("there is another " key)
	part_number[key] = nparts++
	part_kind[key] = kind
	part[nparts] = "\t{LC_PART_" kind ", " c_string(table_name) ", " c_string(name) ",\n\t\t" \
		(sql == "" ? "NULL" : c_string(sql)) ",\n\t\t" (comment == "" ? "NULL" : c_string(comment)) "},"
	if (kind == "COLUMN")
		column_order[table_name] = column_order[table_name] " " name
}

# A constraint of a table is complete when something else begins
function end_constraint()
{
	if (constraint == "")
		return
	sub(/,? *$/, "", constraint_sql)
	add_part("CONSTRAINT", table, constraint, constraint_sql, "")
	constraint = ""
}

# So is a view
function end_view()
{
	add_part("VIEW", view, view, view_sql, view_comment)
	view = ""
}

# The text about an object, from the comment line before it
function take_about(name)
{
	if (about != name)
		fail("no line \"-- " name ": ...\" before this")
	about = ""
	return about_text
}

# An action of a step on a part of crm.sql
function add_action(key, verb)
{
	if (!(key in part_number))
		fail("crm.sql has no such object: " $0)
	actions[++nactions] = "\t{" step ", &lc_schema_parts[" part_number[key] "], NULL, " (verb == "comment_column" ? "true" : "false") "},"
	if (verb == "add_column")
		added[call_table] = added[call_table] " " call_name
}

function number_of_file(   n)
{
	n = FILENAME
	sub(/^.*\//, "", n)
	sub(/\.sql$/, "", n)
	return n
}

{ sub(/\r$/, "") }

FNR == 1 {
	if (statement != "" || table != "")
		fail("the file before this one ends in the middle of a statement")
	if (view != "")
		end_view()
	file++
	about = ""
	if (file > 2)
	{
		if (number_of_file() != file - 1)
			fail("the step to version " (file - 1) " should be here")
		step = file - 1
	}
}

#
# crm.h
#
file == 1 {
	if ($0 ~ /^#define LC_SCHEMA_VERSION/)
		version = $3
	next
}

#
# crm.sql
#
file == 2 { gsub(/LC_SCHEMA_VERSION/, version) }

# within a table
file == 2 && table != "" && /^\);$/ { end_constraint(); table = ""; next }

file == 2 && table != "" && /^    [a-z"]/ {
	end_constraint()
	name = $1
	gsub(/"/, "", name)
	start = comment_start($0)
	if (start == 0)
		fail("column " table "." name " has no comment")
	definition = substr($0, 5, start - 5)
	sub(/,? *$/, "", definition)
	add_part("COLUMN", table, name, definition, substr($0, start + 3))
	next
}

file == 2 && table != "" && /^    CONSTRAINT / {
	end_constraint()
	constraint = $2
	constraint_sql = substr($0, index($0, $2) + length($2) + 1)
	next
}

file == 2 && table != "" && constraint != "" && /^     +[^ ]/ {
	sub(/^ +/, " ")
	constraint_sql = constraint_sql $0
	next
}

file == 2 && table != "" { fail("cannot tell what this line of " table " is") }

# within a statement
file == 2 && statement != "" {
	text = text "\n" $0
	if ($0 !~ /;$/)
		next
	sub(/;$/, "", text)
	if (statement == "SEED")
		add_part("SEED", object, seed, text " ON CONFLICT DO NOTHING", "")
	else
	{
		view = object
		view_sql = text
	}
	statement = ""
	next
}

# behind a view
file == 2 && view != "" && /^COMMENT ON COLUMN crm\./ {
	if (index($4, "crm." view ".") != 1)
		fail("this should be a column of view " view)
	view_sql = view_sql ";\n" substr($0, 1, length($0) - 1)
	next
}
file == 2 && view != "" && !/^$/ { end_view() }

file == 2 && /^$/ { next }

file == 2 && /^-- (crm\.|seed )[a-z_0-9]+: / {
	about = $0
	sub(/^-- /, "", about)
	sub(/: .*$/, "", about)
	about_text = substr($0, length(about) + 6)
	next
}

file == 2 && /^--/ { next }

file == 2 && /^CREATE TABLE crm\.[a-z_0-9]+ \($/ {
	table = bare($3)
	add_part("TABLE", table, table, "", take_about($3))
	next
}

file == 2 && /^CREATE VIEW / {
	object = bare($3)
	view_comment = take_about($3)
	text = $0
	sub(/^CREATE VIEW /, "CREATE OR REPLACE VIEW ", text)
	statement = "VIEW"
	next
}

file == 2 && /^INSERT INTO / {
	object = bare($3)
	seed = about
	if (sub(/^seed /, "", seed) == 0)
		fail("no line \"-- seed NAME: ...\" before this")
	about = ""
	text = $0
	statement = "SEED"
	if ($0 ~ /;$/)
	{
		sub(/;$/, "", text)
		add_part("SEED", object, seed, text " ON CONFLICT DO NOTHING", "")
		statement = ""
	}
	next
}

file == 2 && /^ALTER TABLE crm\.[a-z_0-9]+ ADD CONSTRAINT .*;$/ {
	definition = substr($0, index($0, " " $6 " ") + length($6) + 2)
	sub(/;$/, "", definition)
	add_part("LATE_CONSTRAINT", bare($3), $6, definition, "")
	next
}

file == 2 && /^CREATE (UNIQUE )?INDEX .*;$/ {
	kind = $2 == "UNIQUE" ? "UNIQUE_INDEX" : "INDEX"
	name = kind == "INDEX" ? $3 : $4
	object = kind == "INDEX" ? $5 : $6
	definition = substr($0, index($0, " ON " object " ") + length(" ON " object " "))
	sub(/;$/, "", definition)
	add_part(kind, bare(object), name, definition, "")
	next
}

file == 2 { fail("cannot tell what this is") }

#
# A step
#
statement == "" && /^(--.*)?$/ { next }

statement == "" && /^[a-z_]+\('[^']*'(, '[^']*')?\);$/ {
	split($0, piece, "'")
	verb = piece[1]
	sub(/\($/, "", verb)
	call_table = piece[2]
	call_name = piece[4]
	if (verb == "add_column" && call_name != "")
		add_action("COLUMN " call_table " " call_name, verb)
	else if (verb == "comment_column" && call_name != "")
		add_action("COLUMN " call_table " " call_name, verb)
	else if (verb == "add_constraint" && call_name != "")
		add_action((("CONSTRAINT " call_table " " call_name) in part_number ? "" : "LATE_") "CONSTRAINT " call_table " " call_name, verb)
	else if (verb == "add_table" && call_name == "")
		add_action("TABLE " call_table " " call_table, verb)
	else if (verb == "replace_view" && call_name == "")
		add_action("VIEW " call_table " " call_table, verb)
	else if ((verb == "add_index" || verb == "add_seed") && call_name == "")
	{
		found = ""
		for (key in part_number)
		{
			split(key, piece, " ")
			if (piece[3] == call_table && (verb == "add_seed" ? piece[1] == "SEED" : piece[1] ~ /INDEX$/))
				found = key
		}
		add_action(found, verb)
	}
	else
		fail("cannot tell what to do here")
	next
}

{
	statement = statement (statement == "" ? "" : "\n") $0
	if ($0 ~ /;$/)
	{
		actions[++nactions] = "\t{" step ", NULL,\n\t\t" c_string(statement) ", false},"
		statement = ""
	}
}

END {
	if (!failed && (table != "" || statement != ""))
		fail("the file ends in the middle of a statement")
	if (!failed && file - 1 != version)
		fail("LC_SCHEMA_VERSION is " version ", but there are steps up to version " (file - 1))

	# An upgraded table has its columns in the order of a new one
	for (key in added)
	{
		if (!failed && substr(column_order[key], length(column_order[key]) - length(added[key]) + 1) != added[key])
			fail("the columns that steps add to " key " are not its last ones in this order")
	}
	if (failed)
		exit 1

	print "/* Generated by crm_schema.awk from crm.sql and upgrade: do not edit. */"
	print ""
	print "const LcSchemaPart lc_schema_parts[] = {"
	for (i = 1; i <= nparts; i++)
		print part[i]
	print "\t{LC_PART_END, NULL, NULL, NULL, NULL}"
	print "};"
	print ""
	print "const LcUpgradeAction lc_upgrade_actions[] = {"
	for (i = 1; i <= nactions; i++)
		print actions[i]
	print "\t{0, NULL, NULL, false}"
	print "};"
}
