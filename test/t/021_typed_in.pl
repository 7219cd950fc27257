# Copyright (c) 2026, the leadconv authors

# What README and the pages in doc show can be typed in: the SQL of each page, from
# top to bottom in one session of psql, in a database of its own.  Where the page shows
# output below, that is what is printed at last; where it shows none, there is no error.
#
# A block of SQL is fenced with "sql", its output is the block without a language right
# below it.  Dates, rates and process ids may differ.  What stands
# for itself, as a way that excludes what the rest of the page does, has another language.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use IPC::Run;
use LeadconvTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = "$FindBin::RealBin/../..";
my $node = new_node('typed_in');

# What pages take for granted, unless it is something else
my $sample = q{
	CREATE EXTENSION leadconv CASCADE;
	INSERT INTO crm.app_user (name) VALUES ('Ada Admin'), ('Sam Sales');
	INSERT INTO crm.account (name) VALUES ('Northwind'), ('Contoso');
	INSERT INTO crm.contact (first_name, last_name, account_id) VALUES ('Nora', 'North', 1), ('Carl', 'Conto', 2);
	INSERT INTO crm.opportunity (name, account_id, stage_name, close_date)
	VALUES ('Northwind order', 1, 'Prospecting', current_date + 30);
	INSERT INTO crm.lead (first_name, last_name, company, email, rating)
	SELECT 'First ' || i, 'Last ' || i, 'Company ' || i, i || '@company' || i || '.example', (ARRAY['Hot', 'Warm', 'Cold'])[1 + i % 3]
	FROM generate_series(1, 12) i;
};
my %before = (
	'README.md' => '',
	'doc/multi-tenant.md' => 'CREATE EXTENSION leadconv CASCADE',
	'doc/operations.md' => 'CREATE ROLE crm_owner');

# Command tags, which pages leave out unless they belong to what is shown
my $tag = qr/^(?:(?:CREATE|ALTER|DROP|SET|RESET|GRANT|REVOKE|BEGIN|COMMIT|ROLLBACK|DO|COPY|COMMENT|TRUNCATE|ANALYZE)\b[A-Z0-9 ]*|(?:INSERT|UPDATE|DELETE|SELECT)(?: \d+)+|(?:Expanded display|Timing) is .*)\n/m;

# The blocks of SQL of a page: line, text, and the output that is shown or undef
sub blocks_of
{
	my ($page) = @_;
	my @lines = split /\n/, slurp_file("$top/$page");
	my @blocks;
	my ($language, $start, @block, $text_between);

	for my $i (0 .. $#lines)
	{
		my $line = $lines[$i];

		if (!defined $language)
		{
			if ($line =~ /^```(\w*)$/)
			{
				($language, $start, @block) = ($1, $i + 2);
			}
			elsif ($line ne '')
			{
				$text_between = 1;
			}
			next;
		}
		if ($line ne '```')
		{
			push @block, $line;
			next;
		}
		if ($language eq 'sql')
		{
			push @blocks, { line => $start, sql => join("\n", @block) };
		}
		elsif ($language eq '' && @blocks && !$text_between && !defined $blocks[-1]{output})
		{
			$blocks[-1]{output} = join("\n", @block) . "\n";
		}
		undef $language;
		$text_between = 0;
	}
	return @blocks;
}

# What may differ from one day and machine to another
sub even
{
	my ($text) = @_;

	$text =~ s/\b\d{4}-\d\d-\d\d\b/yyyy-mm-dd/g;
	$text =~ s/\b\d+ per second/N per second/g;
	$text =~ s/\bPID \d+/PID N/g;
	$text =~ s/[ \t]+$//mg;
	$text =~ s/\n*\z/\n/;
	return $text;
}

my @pages = ('README.md', map { s{^\Q$top\E/}{}r } sort glob "$top/doc/*.md");

# A page whose name is given is the only one
@pages = grep { my $page = $_; grep { $page eq $_ } @ARGV } @pages if @ARGV;

foreach my $page (@pages)
{
	my @blocks = blocks_of($page);
	my $script = "\\set SHOW_CONTEXT errors\n";
	my ($out, @roles) = ('');

	next unless @blocks;
	$node->safe_psql('postgres', 'CREATE DATABASE shop');
	$node->safe_psql('shop', $before{$page} // $sample);
	@roles = split /\n/, $node->safe_psql('postgres', 'SELECT rolname FROM pg_roles');
	$script .= "\\echo -- block $_\n$blocks[$_]{sql}\n" for 0 .. $#blocks;
	IPC::Run::run([ 'psql', '-X', '-d', $node->connstr('shop') ], '<', \$script, '>&', \$out);

	my @said = split /^-- block \d+\n/m, $out;
	is(scalar(@said) - 1, scalar(@blocks), "$page: all of it was run");
	foreach my $i (0 .. $#blocks)
	{
		my $block = $blocks[$i];
		my $said = even($said[ $i + 1 ] // '');
		my $name = "$page line $block->{line}";

		if (defined $block->{output})
		{
			my $shown = even($block->{output});
			my $bare = even($said =~ s/$tag//gr);

			ok($shown =~ /\S/ && (substr($said, -length($shown)) eq $shown || substr($bare, -length($shown)) eq $shown), "$name: prints what is shown")
				or diag("$block->{sql}\nprints\n$said");
		}
		else
		{
			unlike($said, qr/^(?:ERROR|FATAL|PANIC|invalid command|\\\w+: )/m, "$name: works") or diag("$block->{sql}\nprints\n$said");
		}
	}
	$node->safe_psql('postgres', 'DROP DATABASE shop');
	foreach my $role (split /\n/, $node->safe_psql('postgres', 'SELECT rolname FROM pg_roles'))
	{
		$node->safe_psql('postgres', "DROP ROLE \"$role\"") unless grep { $_ eq $role } @roles;
	}
}

done_testing();
