# Copyright (c) 2026, the leadconv authors

# What a release is made of: one version everywhere, META.json as the PGXN Meta Spec
# 1.0.0 wants it, and an archive that holds what git has and nothing else.

use strict;
use warnings;

use FindBin;
use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;

my $top = "$FindBin::RealBin/../..";

sub slurp
{
	my ($name) = @_;

	open(my $file, '<', "$top/$name") or die "$name: $!";
	local $/;
	return scalar <$file>;
}

my $semver = qr/^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[A-Za-z][-0-9A-Za-z]*)?$/;
my $term = qr{^[^\s/\\[:cntrl:]]{2,}$};
my $url = qr{^(?:https?|git|mailto):\S+$};

# What is wrong with a META.json
sub problems_of
{
	my ($meta) = @_;
	my @problems;
	my $wrong = sub { push @problems, $_[0] };
	my %required = map { $_ => 1 } qw(name version abstract maintainer license provides meta-spec);
	my %optional = map { $_ => 1 } qw(description generated_by tags no_index prereqs release_status resources);
	my $text = sub { defined $_[0] && !ref $_[0] && $_[0] =~ /\S/ };
	my $texts = sub { ref $_[0] eq 'ARRAY' ? (@{ $_[0] } > 0 && !grep { !$text->($_) } @{ $_[0] }) : $text->($_[0]) };

	exists $meta->{$_} or $wrong->("no $_") for sort keys %required;
	foreach my $key (sort keys %$meta)
	{
		$wrong->("unknown key $key") unless $required{$key} || $optional{$key} || $key =~ /^x_/i;
	}
	$wrong->('name is no term') unless ($meta->{name} // '') =~ $term;
	$wrong->('version is no semantic version') unless ($meta->{version} // '') =~ $semver;
	$wrong->("$_ is no text") for grep { exists $meta->{$_} && !$text->($meta->{$_}) } qw(abstract description generated_by);
	$wrong->('maintainer is no text or list of them') unless $texts->($meta->{maintainer});
	$wrong->('license is neither of the known ones nor an object of names and addresses')
	  unless ref $meta->{license} eq 'HASH'
	  ? %{ $meta->{license} } && !grep { !defined $_ || $_ !~ $url } values %{ $meta->{license} }
	  : !grep { !defined $_ || !/^(?:agpl_3|apache_1_1|apache_2_0|artistic_[12]|bsd|freebsd|gfdl_1_[23]|gpl_[123]|lgpl_(?:2_1|3_0)|mit|mozilla_1_[01]|openssl|perl_5|postgresql|qpl_1_0|ssleay|sun|zlib|open_source|restricted|unrestricted|unknown)$/ }
	  ref $meta->{license} eq 'ARRAY' ? @{ $meta->{license} } : $meta->{license};
	$wrong->('provides nothing') unless ref $meta->{provides} eq 'HASH' && %{ $meta->{provides} };
	foreach my $name (sort keys %{ ref $meta->{provides} eq 'HASH' ? $meta->{provides} : {} })
	{
		my $extension = $meta->{provides}{$name};

		$wrong->("$name is no term") unless $name =~ $term;
		$wrong->("$name: version is no semantic version") unless ($extension->{version} // '') =~ $semver;
		foreach my $key (qw(file docfile))
		{
			next if $key eq 'docfile' && !exists $extension->{docfile};
			$wrong->("$name: no such $key") unless defined $extension->{$key} && -f "$top/$extension->{$key}";
		}
		$wrong->("$name: unknown key $_") for grep { !/^(?:file|docfile|version|abstract|x_.*)$/i } sort keys %$extension;
	}
	foreach my $phase (sort keys %{ $meta->{prereqs} // {} })
	{
		$wrong->("unknown phase $phase") unless $phase =~ /^(?:configure|build|test|runtime|develop|x_.*)$/i;
		foreach my $relation (sort keys %{ $meta->{prereqs}{$phase} })
		{
			$wrong->("unknown relation $relation") unless $relation =~ /^(?:requires|recommends|suggests|conflicts|x_.*)$/i;
			foreach my $package (sort keys %{ $meta->{prereqs}{$phase}{$relation} })
			{
				my @ranges = split /\s*,\s*/, $meta->{prereqs}{$phase}{$relation}{$package};

				$wrong->("$package: no range of versions")
				  if !@ranges || grep { $_ ne '0' && (s/^(?:[<>]=?|==|!=)?\s*//r) !~ $semver } @ranges;
			}
		}
	}
	$wrong->('unknown release_status') if ($meta->{release_status} // 'stable') !~ /^(?:stable|testing|unstable)$/;
	$wrong->('tags are no list of texts of up to 256 characters')
	  if exists $meta->{tags} && (ref $meta->{tags} ne 'ARRAY' || grep { !$text->($_) || length > 256 || m{[/\\[:cntrl:]]} } @{ $meta->{tags} });
	$wrong->('meta-spec is not 1.0.0') unless ($meta->{'meta-spec'}{version} // '') eq '1.0.0';
	return @problems;
}

my $meta = decode_json(slurp('META.json'));
is_deeply([ problems_of($meta) ], [], 'META.json is as PGXN wants it');

# ... and these would be found
foreach my $fault (
	[ sub { delete $_[0]{abstract} }, 'no abstract' ],
	[ sub { $_[0]{version} = '1.1' }, 'version is no semantic version' ],
	[ sub { $_[0]{licence} = 'MIT' }, 'unknown key licence' ],
	[ sub { $_[0]{license} = 'PostgreSQL' }, 'license is neither of the known ones nor an object of names and addresses' ],
	[ sub { $_[0]{provides}{leadconv}{file} = 'leadconv.sql' }, 'leadconv: no such file' ],
	[ sub { $_[0]{prereqs}{runtime}{requires}{PostgreSQL} = '15' }, 'PostgreSQL: no range of versions' ],
	[ sub { $_[0]{release_status} = 'done' }, 'unknown release_status' ],
	[ sub { $_[0]{'meta-spec'}{version} = '2.0.0' }, 'meta-spec is not 1.0.0' ])
{
	my $broken = decode_json(encode_json($meta));

	$fault->[0]->($broken);
	is_deeply([ problems_of($broken) ], [ $fault->[1] ], "a META.json with a fault: $fault->[1]");
}

my ($version) = slurp('leadconv.control') =~ /^default_version = '(.+)'/m;
is($meta->{version}, $version, 'META.json has the version of the control file');
is($meta->{provides}{leadconv}{version}, $version, '... for the extension too');
like(slurp('debian/changelog'), qr/\A leadconv [ ] \(\Q$version\E-\d+\) /x, 'debian/changelog begins with this version');
like(slurp('CHANGELOG.md'), qr/^## \Q$version\E\b/m, 'CHANGELOG.md has a section for it');
my ($prereq) = $meta->{prereqs}{runtime}{requires}{PostgreSQL} =~ /^(\d+)/;
like(slurp('src/leadconv.h'), qr/PG_VERSION_NUM < ${prereq}0000\n#error/, 'the code needs the version that META.json names');
like(slurp('debian/pgversions'), qr/^$prereq\+$/m, '... and so do the packages for Debian');

SKIP:
{
	# An archive has no repository
	skip 'not in a git repository', 3 if system("git -C '$top' rev-parse HEAD > /dev/null 2>&1") != 0;

	my $dir = tempdir(CLEANUP => 1);
	my $pack = sub { system("git -C '$top' archive --format=zip --prefix=leadconv-$version/ -o '$dir/$_[0].zip' HEAD") == 0 };
	my %tracked = map { $_ => 1 } split /\n/, `git -C '$top' ls-tree -r --name-only HEAD`;

	ok($pack->('one') && $pack->('two'), 'git makes the archive');
	is(system("cmp -s '$dir/one.zip' '$dir/two.zip'"), 0, '... the same one twice');
	my %packed = map { s{^leadconv-\Q$version\E/}{}r => 1 } grep { !m{/$} } split /\n/, `git -C '$top' archive --format=tar --prefix=leadconv-$version/ HEAD | tar -t`;
	is_deeply([ sort keys %packed ], [ sort keys %tracked ], '... with all files that git has, and no other');
}

done_testing();
