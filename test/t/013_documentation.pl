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

# Each consideration is on the page with its test, and each test is of one
my $considerations = slurp('doc/considerations.md');
is_deeply([ sort $considerations =~ /\| `(\w+)` \|$/mg ],
	[ map { /consideration_(\w+)\.sql/ } glob_names('test/pgtap', qr/^consideration_\w+\.sql$/) ],
	'doc/considerations.md: the tests of considerations');

# Each file of this directory has a number of its own
my %number;
push @{ $number{ /^(\d+)_/ ? $1 : '' } }, $_ foreach glob_names('test/t', qr/\.pl$/);
is(join(', ', map { @$_ } grep { @$_ > 1 } map { $number{$_} } sort keys %number), '', 'test/t: no number is there twice');

# What can be set or asked for is read: a setting is named by C code, or by a
# related list as its condition; a field of a request is read elsewhere than where
# requests are parsed
my $code = join('', map { my $floor = $_; map { slurp("src/$floor/$_") } grep { $_ ne 'request.c' } glob_names("src/$floor", qr/\.c$/) } qw(base crm duplicates engine admin reports))
  =~ s{/\*.*?\*/}{}gsr;
my ($settings) = $crm =~ /^CREATE TABLE crm\.lead_convert_settings \((.*?)^\);/ms;
my ($lists) = $crm =~ /^-- seed related_list:(.*?);$/ms;
my @settings = grep { $_ ne 'id' } $settings =~ /^    ([a-z_]+) /mg;
cmp_ok(scalar(@settings), '>', 20, 'there are settings');
is(join(', ', grep { $code !~ /\b$_\b/ && $lists !~ /'$_'/ } @settings), '', 'settings that nothing reads');
is(join(', ', grep { $code !~ /\b$_\b/ } slurp('src/engine/fieldlist.h') =~ /^LC_FIELD\((F_\w+)/mg),
	'', 'fields of a request that nothing reads');

# The functions, procedures and types of the extension
my $script = join('', map { slurp("src/sql/$_") } qw(types.sql convert.sql metadata.sql admin.sql), glob_names('src/sql', qr/^\d.*\.sql$/));
documented('doc/functions.md', 'functions', $script =~ /^CREATE (?:FUNCTION|PROCEDURE) leadconv\.(\w+)/mg);

# Layers: a file uses what stands on its own floor or below, and none uses, by way
# of others, a file that uses it
my @floors = ('base', 'crm', 'duplicates', 'engine', 'admin', 'reports');
my (%floor, %text, %home, %uses);

foreach my $number (0 .. $#floors)
{
	foreach my $file (map { "$floors[$number]/$_" } glob_names("src/$floors[$number]", qr/\.c$/))
	{
		$floor{$file} = $number;
		$text{$file} = slurp("src/$file") =~ s{/\*.*?\*/}{}gsr;
		# functions, and variables that are not static
		$home{$1} = $file while $text{$file} =~ /^(lc_\w+)\(/mg;
		$home{$1} = $file while $text{$file} =~ /^(?!static|typedef|extern)(?:\w+ )+\**(lc_\w+)(?:\[\w*\])? ?[=;]/mg;
	}
}
foreach my $file (keys %text)
{
	my %seen = map { $home{$_} => 1 } grep { exists $home{$_} } $text{$file} =~ /\b(lc_\w+)/g;
	delete $seen{$file};
	$uses{$file} = [ sort keys %seen ];
}

my @upward;
foreach my $file (sort keys %uses)
{
	push @upward, map { "$file uses $_" } grep { $floor{$_} > $floor{$file} } @{ $uses{$file} };
}
cmp_ok(scalar(map { @$_ } values %uses), '>', 100, 'layers: files use each other');
is(join(', ', @upward), '', 'layers: only what stands below');
is(join(', ', circle()), '', 'layers: in no circle');

sub glob_names
{
	my ($dir, $pattern) = @_;

	opendir(my $handle, "$top/$dir") or die "$dir: $!";
	return sort grep { /$pattern/ } readdir $handle;
}

# The files of one circle, or none: files that use nothing (any more) are taken away
# until no more can be
sub circle
{
	my %left = %uses;

	while (my @done = grep { !grep { exists $left{$_} } @{ $left{$_} } } keys %left)
	{
		delete @left{@done};
	}
	return sort keys %left;
}

done_testing();
