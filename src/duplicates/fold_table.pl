#!/usr/bin/perl
#
# fold_table.pl
#	  Makes fold_table.h from the Unicode data that Perl comes with:
#
#	perl src/duplicates/fold_table.pl > src/duplicates/fold_table.h
#
# Forms of values are in indexes: whoever makes the table anew gives the functions
# that use it new C symbols and has upgrade_crm() rebuild their indexes.
#
# Copyright (c) 2026, the leadconv authors

use v5.16;
use strict;
use warnings;

use Unicode::Normalize qw(NFKD getCombinClass);
use Unicode::UCD;
use charnames ();

my @codes = grep { $_ < 0xD800 || $_ > 0xDFFF } 0 .. 0x10FFFF;

sub array
{
	my ($comment, $declaration, @entries) = @_;
	my $line = '';
	my @lines;

	foreach my $entry (@entries)
	{
		if (length($line) + length($entry) > 84)
		{
			push @lines, $line;
			$line = '';
		}
		$line .= ($line eq '' ? '' : ' ') . "$entry,";
	}
	push @lines, $line;
	$lines[-1] =~ s/,$//;
	print "/* $comment */\nstatic const $declaration\[\] = {\n", map({"\t$_\n"} @lines), "};\n\n";
}

# Ranges of the code points for which it holds
sub ranges
{
	my ($holds) = @_;
	my @ranges;

	foreach my $code (grep { $holds->($_) } @codes)
	{
		if (@ranges && $ranges[-1][1] == $code - 1)
		{
			$ranges[-1][1] = $code;
		}
		else
		{
			push @ranges, [ $code, $code ];
		}
	}
	return map { sprintf('{0x%04X, 0x%04X}', @$_) } @ranges;
}

# Case folding, full (C and F): ranges of those that become one other, the others alone.
# What is decomposed by NFKD never comes here.
my (@simple, @full);

foreach my $code (grep { NFKD(chr) eq chr } @codes)
{
	my $folded = CORE::fc(chr $code);

	next if $folded eq chr $code;
	if (length($folded) > 1)
	{
		push @full, sprintf('{0x%04X, {%s}}', $code, join(', ', map { sprintf('0x%04X', ord) } split //, $folded));
		next;
	}

	my $delta = ord($folded) - $code;
	my $last = $simple[-1];

	if ($last && $last->{delta} == $delta && $code - $last->{last} <= 2 &&
		(!$last->{step} || $last->{step} == $code - $last->{last}))
	{
		$last->{step} = $code - $last->{last};
		$last->{last} = $code;
	}
	else
	{
		push @simple, { first => $code, last => $code, delta => $delta };
	}
}

# Letters that are another with a stroke, hook and so on, which NFKD leaves as they are
my %spelled = (
	0xE6 => 'ae', 0xF0 => 'd', 0xFE => 'th', 0x0131 => 'i', 0x0138 => 'k', 0x0153 => 'oe', 0x014B => 'n',
	0x0259 => 'e', 0x1E9F => 'd');
my %plain = %spelled;
foreach my $code (grep { $_ > 0x7F && $_ < 0x2C80 } @codes)
{
	next if NFKD(chr $code) ne chr $code || exists $plain{$code};
	my $name = charnames::viacode($code) // '';
	$plain{$code} = lc $1 if $name =~ /^LATIN SMALL LETTER ([A-Z]) WITH /;
}

my @digits = grep { chr =~ /\p{Nd}/ && Unicode::UCD::num(chr) == 0 && $_ != 0x30 && NFKD(chr) eq chr } @codes;

print <<"HEAD";
/*-------------------------------------------------------------------------
 *
 * fold_table.h
 *	  What fold.c knows of characters: Unicode @{[ Unicode::UCD::UnicodeVersion() =~ s/\.0$//r ]}.
 *
 * Made by fold_table.pl; not to be edited.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */

HEAD

array('Code points, every step-th of which becomes another by adding delta', 'FoldRange fold_range',
	map { sprintf('{0x%04X, 0x%04X, %d, %d}', $_->{first}, $_->{last}, $_->{step} // 1, $_->{delta}) } @simple);
array('Code points that become several', 'FoldSpecial fold_special', @full);
array('Letters and what is left of them without strokes and the like', 'PlainLetter plain_letter',
	map { sprintf('{0x%04X, "%s"}', $_, $plain{$_}) } sort { $a <=> $b } keys %plain);
array('The zeros of scripts, each followed by its other nine digits', 'uint32 digit_zero', map { sprintf('0x%04X', $_) } @digits);
array('What has no width and no meaning', 'CodeRange ignorable', ranges(sub { chr($_[0]) =~ /\p{Default_Ignorable_Code_Point}/ }));
array('What is put on the character before', 'CodeRange combining', ranges(sub { getCombinClass($_[0]) != 0 }));
array('What is not part of a word: punctuation, symbols, white space, controls', 'CodeRange separator',
	ranges(sub { chr($_[0]) =~ /[\p{P}\p{S}\p{Z}\p{Cc}]/ && NFKD(chr $_[0]) eq chr $_[0] }));
