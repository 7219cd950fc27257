# fields.awk
#
# Puts a script of the extension together: passes everything on, and replaces a
# line "@fields@" by the attributes that type leadconv.lead_convert has by then,
# but the first, as arguments with DEFAULT NULL, so that the functions that take a
# request take what the type has. With -v parts="a.sql b.sql" (an update script)
# nothing but these files is passed on; the others are read for the attributes.
# Runs on any awk.

FNR == 1 {
	name = FILENAME
	sub(/.*\//, "", name)
	passed_on = parts == "" || index(" " parts " ", " " name " ") > 0
}

/^CREATE TYPE leadconv\.lead_convert AS \(/ { in_type = 1 }

in_type && /^    / {
	line = $0
	sub(/,$/, "", line)
	fields[++nfields] = line
}

/^\);/ { in_type = 0 }

/^ALTER TYPE leadconv\.lead_convert ADD ATTRIBUTE / {
	line = $0
	sub(/.* ADD ATTRIBUTE /, "    ", line)
	sub(/;$/, "", line)
	fields[++nfields] = line
}

!passed_on { next }

/^    @fields@/ {
	rest = $0
	sub(/^    @fields@/, "", rest)
	for (i = 2; i <= nfields; i++)
		print fields[i] " DEFAULT NULL" (i < nfields ? "," : rest)
	next
}

{ print }
