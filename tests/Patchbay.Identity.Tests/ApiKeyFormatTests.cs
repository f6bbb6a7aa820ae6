using System.Text;
using Patchbay.Core;

namespace Patchbay.Identity.Tests;

public sealed class ApiKeyFormatTests
{
    [Fact]
    public void New_keys_are_well_formed_and_different()
    {
        var keys = Enumerable.Range(0, 1000).Select(_ => ApiKeyFormat.Create()).ToList();

        Assert.Equal(1000, keys.Distinct().Count());
        Assert.All(keys, key =>
        {
            Assert.Equal(ApiKeyFormat.Length, key.Length);
            Assert.StartsWith("sk-pb-v1-", key, StringComparison.Ordinal);
            Assert.True(ApiKeyFormat.IsWellFormed(Encoding.ASCII.GetBytes(key)));
        });
    }

    [Fact]
    public void A_single_wrong_character_is_noticed_without_a_database()
    {
        var key = ApiKeyFormat.Create();
        for (var i = 0; i < key.Length; i++)
        {
            var typo = key[i] == 'x' ? 'y' : 'x';
            var wrong = string.Concat(key.AsSpan(0, i), typo.ToString(), key.AsSpan(i + 1));

            Assert.False(ApiKeyFormat.IsWellFormed(Encoding.ASCII.GetBytes(wrong)));
        }
    }

    [Fact]
    public void A_label_shows_too_little_to_guess_the_key()
    {
        var key = ApiKeyFormat.Create();

        var label = ApiKeyFormat.LabelOf(key);

        Assert.Equal($"{key[..12]}...{key[^3..]}", label);
    }

    [Fact]
    public void A_hash_prints_and_parses_as_64_digits()
    {
        var hash = KeyHash.Of("abc"u8);

        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", hash.ToString());
        Assert.True(KeyHash.TryParse(hash.ToString(), out var parsed));
        Assert.Equal(hash, parsed);
        Assert.False(KeyHash.TryParse("ba78", out _));
    }
}
