using System.Text;

namespace Patchbay.Identity.Tests;

public sealed class SecretVaultTests
{
    private const string Secret = "sk-secret-of-a-tenant";

    private readonly MemoryDataKeys _store = new();
    private readonly SecretPlace _place = new(Guid.CreateVersion7(), "openai", Guid.CreateVersion7(), 1);
    private string _ring = KeyRing.CreateKey();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_secret_opens_at_its_place_also_in_another_process()
    {
        var box = await Vault().SealAsync(_place, Secret, Token);
        Assert.Equal(Secret, await Vault().OpenAsync(_place, box, Token));
        Assert.Equal(-1, box.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret)));
        Assert.Equal(-1, Assert.Single(_store.Keys.Values).Wrapped.AsSpan().IndexOf(Convert.FromBase64String(_ring)));
        Assert.NotEqual(box, await Vault().SealAsync(_place, Secret, Token));
    }

    [Fact]
    public async Task A_box_that_is_moved_does_not_open()
    {
        var vault = Vault();
        var box = await vault.SealAsync(_place, Secret, Token);
        SecretPlace[] others =
        [
            _place with { RowId = Guid.CreateVersion7() },
            _place with { OrganizationId = Guid.CreateVersion7() },
            _place with { Provider = "anthropic" },
            _place with { Version = 2 },
        ];
        await vault.SealAsync(others[1], "other", Token);
        foreach (var other in others)
        {
            var refused = await Assert.ThrowsAsync<SecretException>(() => vault.OpenAsync(other, box, Token));
            Assert.DoesNotContain(Secret, refused.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_data_key_of_another_organization_in_its_place_opens_nothing()
    {
        var box = await Vault().SealAsync(_place, Secret, Token);
        var other = _place with { OrganizationId = Guid.CreateVersion7() };
        await Vault().SealAsync(other, Secret, Token);
        _store.Keys[_place.OrganizationId] = _store.Keys[other.OrganizationId] with { OrganizationId = _place.OrganizationId };
        await Assert.ThrowsAsync<SecretException>(() => Vault().OpenAsync(_place, box, Token));
        await Assert.ThrowsAsync<SecretException>(() => Vault().CheckAsync(Token));
    }

    [Fact]
    public async Task Every_flipped_bit_is_noticed()
    {
        var vault = Vault();
        var box = await vault.SealAsync(_place, Secret, Token);
        for (var i = 0; i < box.Length; i++)
        {
            box[i] ^= 1;
            await Assert.ThrowsAsync<SecretException>(() => vault.OpenAsync(_place, box, Token));
            box[i] ^= 1;
        }

        await Assert.ThrowsAsync<SecretException>(() => vault.OpenAsync(_place, [], Token));
        Assert.Equal(Secret, await vault.OpenAsync(_place, box, Token));
    }

    [Fact]
    public async Task A_wrong_key_is_told_by_its_id_and_not_by_itself()
    {
        var box = await Vault().SealAsync(_place, Secret, Token);
        var right = KeyRing.TryParse(_ring)!;
        var (old, wrong) = (_ring, KeyRing.CreateKey());
        _ring = wrong;
        var refused = await Assert.ThrowsAsync<SecretException>(() => Vault().CheckAsync(Token));
        Assert.Contains(right.CurrentId, refused.Message, StringComparison.Ordinal);
        Assert.Contains(KeyRing.TryParse(wrong)!.CurrentId, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(wrong, refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SecretException>(() => Vault().OpenAsync(_place, box, Token));
        _ring = $"{wrong},{old}";
        Assert.Equal(Secret, await Vault().OpenAsync(_place, box, Token));
    }

    [Fact]
    public async Task After_a_rotation_the_old_key_is_no_longer_needed_and_a_running_vault_follows()
    {
        var running = Vault();
        var box = await running.SealAsync(_place, Secret, Token);
        var fresh = KeyRing.CreateKey();
        _ring = $"{fresh}\n{_ring}";
        Assert.Equal(1, await Vault().RewrapAsync(Token));
        Assert.Equal(0, await Vault().RewrapAsync(Token));

        _ring = fresh;
        await Vault().CheckAsync(Token);
        Assert.Equal(Secret, await Vault().OpenAsync(_place, box, Token));
        Assert.Equal(Secret, await running.OpenAsync(_place, box, Token));
        await running.CheckAsync(Token);
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("not base 64 !!!!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_is_no_key_is_refused(string text) => Assert.Null(KeyRing.TryParse(text));

    [Fact]
    public void A_ring_and_its_parts_have_no_secret_in_their_text()
    {
        var ring = KeyRing.TryParse(new string('a', 64))!;
        Assert.Equal(ring.CurrentId, ring.ToString());
        Assert.Equal(16, ring.CurrentId.Length);
    }

    private SecretVault Vault() => new(_store, () => KeyRing.TryParse(_ring)!, TimeProvider.System);

    private sealed class MemoryDataKeys : IDataKeyStore
    {
        public Dictionary<Guid, DataKey> Keys { get; } = [];

        public Task<DataKey?> FindAsync(Guid organizationId, CancellationToken cancellationToken) =>
            Task.FromResult(Keys.GetValueOrDefault(organizationId));

        public Task<DataKey> AddAsync(DataKey key, CancellationToken cancellationToken)
        {
            Keys.TryAdd(key.OrganizationId, key);
            return Task.FromResult(Keys[key.OrganizationId]);
        }

        public Task<bool> RewrapAsync(DataKey key, string from, CancellationToken cancellationToken)
        {
            var found = Keys[key.OrganizationId].KeyId == from;
            Keys[key.OrganizationId] = found ? key : Keys[key.OrganizationId];
            return Task.FromResult(found);
        }

        public Task<IReadOnlyList<DataKey>> ListAsync(CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<DataKey>>([.. Keys.Values]);
    }
}
