# fields.awk
#
# Puts the extension script together: passes everything on, and replaces a line
# "@fields@" by the attributes of type leadconv.lead_convert but the first, as
# arguments with DEFAULT NULL, so that the functions that take a request take
# what the type has. Runs on any awk.

/^CREATE TYPE leadconv\.lead_convert AS \(/ { in_type = 1 }

in_type && /^    / {
	line = $0
	sub(/,$/, "", line)
	fields[++nfields] = line
}

/^\);/ { in_type = 0 }

/^    @fields@/ {
	rest = $0
	sub(/^    @fields@/, "", rest)
	for (i = 2; i <= nfields; i++)
		print fields[i] " DEFAULT NULL" (i < nfields ? "," : rest)
	next
}

{ print }
