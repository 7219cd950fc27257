# What is added in one place and documented in another: neither is forgotten.
use strict;
use warnings;
use FindBin;
use Test::More;

my $top = "$FindBin::RealBin/../..";

sub slurp
{
	my ($name) = @_;

	open(my $file, '<', "$top/$name") or die "$name: $!";
	local $/;
	return scalar <$file>;
}

# Are all these names in the page, in code quotes or as a code?
sub documented
{
	my ($page, $what, @names) = @_;
	my $text = slurp($page);
	my @missing = grep { $text !~ /\b\Q$_\E\b/ } @names;

	cmp_ok(scalar @names, '>', 1, "$what: there are some");
	is("@missing", '', "$what: all are in $page");
}

my $crm = slurp('src/crm/crm.sql');

documented('doc/errors.md', 'status codes', slurp('src/statuslist.h') =~ /^LC_STATUS\((\w+)\)/mg);
documented('doc/data-model.md', 'tables', $crm =~ /^CREATE TABLE crm\.(\w+)/mg);
documented('doc/data-model.md', 'columns of the ledger',
	$crm =~ /^CREATE TABLE crm\.lead_conversion \((.*?)^\);/ms ? $1 =~ /^    ([a-z_]+) /mg : ());
documented('doc/settings.md', 'settings',
	grep { $_ ne 'id' && $_ ne 'schema_version' }
	  $crm =~ /^CREATE TABLE crm\.lead_convert_settings \((.*?)^\);/ms ? $1 =~ /^    ([a-z_]+) /mg : ());

# The functions, procedures and types of the extension
my $script = join('', map { slurp("src/sql/$_") } qw(types.sql convert.sql metadata.sql admin.sql), glob_names('src/sql', qr/^\d.*\.sql$/));
documented('doc/functions.md', 'functions', $script =~ /^CREATE (?:FUNCTION|PROCEDURE) leadconv\.(\w+)/mg);

sub glob_names
{
	my ($dir, $pattern) = @_;

	opendir(my $handle, "$top/$dir") or die "$dir: $!";
	return sort grep { /$pattern/ } readdir $handle;
}

done_testing();
