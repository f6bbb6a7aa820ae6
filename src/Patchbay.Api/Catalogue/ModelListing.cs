using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Patchbay.Catalog;

namespace Patchbay.Api;

/// <summary>Every model of one snapshot as finished JSON, and the whole list as one body.</summary>
internal sealed class ModelListing
{
    private readonly FrozenDictionary<string, byte[]> _bySlug;

    public ModelListing(CatalogSnapshot snapshot)
    {
        Snapshot = snapshot;
        Routers = RouterRows.Of(snapshot);
        Rows = [.. WithAliases(snapshot), .. Routers.Where(row => !snapshot.Models.Any(model => model.Slug == row.Slug))];
        _bySlug = Rows.ToFrozenDictionary(
            model => model.Slug,
            model => JsonSerializer.SerializeToUtf8Bytes(ModelView.Of(model), CatalogueJson.Default.ModelView),
            StringComparer.Ordinal);
        Full = Body(Rows, Rows.Length, next: null);
        ETag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Full).AsSpan(0, 16))}\"";
    }

    public CatalogSnapshot Snapshot { get; }

    /// <summary>The rows of routers.</summary>
    public ImmutableArray<Model> Routers { get; }

    /// <summary>What is listed: the models, newest first, and before each the names that mean it at present; behind them the
    /// routers.</summary>
    public ImmutableArray<Model> Rows { get; }

    /// <summary>The answer to a request without any filter.</summary>
    public byte[] Full { get; }

    /// <summary>Names the content of <see cref="Full"/>; the same on every server with the same catalogue.</summary>
    public string ETag { get; }

    private static List<Model> WithAliases(CatalogSnapshot snapshot)
    {
        var rows = new List<Model>(snapshot.Models.Length + snapshot.Latest.Length);
        foreach (var model in snapshot.Models)
        {
            foreach (var alias in snapshot.Latest)
            {
                if (ReferenceEquals(alias.Target, model))
                {
                    rows.Add(alias.AsModel());
                }
            }

            rows.Add(model);
        }

        return rows;
    }

    /// <summary>The JSON of a model of this snapshot.</summary>
    public byte[] Of(Model model) => _bySlug[model.Slug];

    /// <summary>The answer that lists these models of this snapshot.</summary>
    public byte[] Body(IReadOnlyList<Model> page, int totalCount, string? next)
    {
        var size = page.Sum(model => Of(model).Length + 1) + 256 + (next?.Length ?? 0);
        var body = new ArrayBufferWriter<byte>(size);
        body.Write("{\"data\":["u8);
        for (var i = 0; i < page.Count; i++)
        {
            if (i > 0)
            {
                body.Write(","u8);
            }

            body.Write(Of(page[i]));
        }

        body.Write("],\"total_count\":"u8);
        totalCount.TryFormat(body.GetSpan(16), out var written, default, CultureInfo.InvariantCulture);
        body.Advance(written);
        body.Write(",\"links\":{\"next\":"u8);
        body.Write(JsonSerializer.SerializeToUtf8Bytes(next, CatalogueJson.Default.String));
        body.Write("}}"u8);
        return body.WrittenSpan.ToArray();
    }
}

/// <summary>Keeps the listing of the snapshot in force. It is rendered at the start and after each change, so that no request
/// waits for the thousand models; one that comes before it is done does.</summary>
internal sealed class ModelListings
{
    private readonly Lock _gate = new();
    private readonly CatalogHolder _holder;
    private volatile ModelListing? _current;

    public ModelListings(CatalogHolder holder)
    {
        _holder = holder;
        holder.Changed += _ => RenderAhead();
        RenderAhead();
    }

    public ModelListing Current
    {
        get
        {
            var snapshot = _holder.Current;
            var listing = _current;
            if (listing is not null && ReferenceEquals(listing.Snapshot, snapshot))
            {
                return listing;
            }

            lock (_gate)
            {
                if (_current is null || !ReferenceEquals(_current.Snapshot, snapshot))
                {
                    _current = new ModelListing(snapshot);
                }

                return _current;
            }
        }
    }

    // Should it fail, a request tries again and tells.
    private void RenderAhead() => _ = Task.Run(() => Current);
}
