# Copyright (c) 2026, the leadconv authors

# Values are compared without case in databases of any encoding, and conversions
# reuse what is the same in them.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('encodings');

# What an encoding has is the same, and what it has not stays as it is
my %same = (
	LATIN1 => [ [ 'ÄRZTE STRASSE', 'Ärzte Straße' ], [ 'ÆGIR ÑANDÚ', 'ægir ñandú' ], [ '½ Âª', '½ âa' ] ],
	LATIN5 => [ [ 'İSTANBUL IŞIK', 'istanbul ışık' ], [ 'Iğdır', 'IĞDIR' ] ],
	WIN1251 => [ [ 'ИВАНОВ И СЫНОВЬЯ', 'Иванов и сыновья' ] ],
	WIN1253 => [ [ 'ΟΔΟΣ', 'οδος' ] ],
	WIN1258 => [ [ "\x{0110}\x{01A0}N", "\x{0111}\x{01A1}n" ] ],
	EUC_JP => [ [ 'ＡＣＭＥ株式会社', 'acme株式会社' ], [ 'ｱｸﾒ', 'アクメ' ], [ 'Ω', 'ω' ] ],
	EUC_KR => [ [ 'ＡＢ삼성', 'ab삼성' ] ],
	EUC_TW => [ [ 'ＡＢ中文', 'ab中文' ] ],
	SQL_ASCII => [ [ 'ACME Ä', 'acme Ä' ] ],
);

for my $encoding (sort keys %same)
{
	my $db = lc $encoding;

	$node->safe_psql('postgres', "CREATE DATABASE $db TEMPLATE template0 ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C'");
	$node->safe_psql($db, 'CREATE EXTENSION leadconv CASCADE');
	my $client = $encoding eq 'SQL_ASCII' ? '' : 'SET client_encoding = utf8;';
	my $id = 0;

	for my $pair (@{ $same{$encoding} })
	{
		my ($a, $b) = map { utf8_bytes($_) } @$pair;

		is($node->safe_psql($db, "$client SELECT leadconv.normalize_email('$a') = leadconv.normalize_email('$b')"), 't', "$db: $a is $b");
		is($node->safe_psql($db, "$client SELECT leadconv.normalize_company('$a Inc.') = leadconv.normalize_company('$b')"), 't', "$db: ... as a company");
		$id++;
		is($node->safe_psql($db, "$client INSERT INTO crm.account (id, name) VALUES ($id, '$a');
			INSERT INTO crm.lead (id, last_name, company) VALUES ($id, 'Rao', '$b');
			SELECT account_id FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert($id)], reuse_accounts => true)"), $id, "$db: ... and reused");
	}

	# every character of an encoding of single bytes, and strings of any two of them
	next if $node->safe_psql('postgres', "SELECT pg_encoding_max_length(pg_char_to_encoding('$encoding'))") != 1;
	is($node->safe_psql($db, q{
		SELECT count(*) FROM generate_series(128, 255) a, generate_series(128, 255) b,
			LATERAL (SELECT convert_from(set_byte(set_byte('\x4242', 0, a), 1, b), getdatabaseencoding()) AS s) x
		WHERE leadconv.normalize_email(leadconv.normalize_email(s)) IS DISTINCT FROM leadconv.normalize_email(s)
		OR leadconv.normalize_company(leadconv.normalize_company(s)) IS DISTINCT FROM leadconv.normalize_company(s)}), '0', "$db: all characters");
}

# As the client sends it
sub utf8_bytes
{
	my ($text) = @_;

	utf8::encode($text) if utf8::is_utf8($text) && $text =~ /[^\x00-\xFF]/;
	return $text;
}

$node->stop;
done_testing();
