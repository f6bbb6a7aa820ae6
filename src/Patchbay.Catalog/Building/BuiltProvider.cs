using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>A provider with the forms in which its endpoints are called: most have one, some speak several protocols.</summary>
internal sealed class BuiltProvider
{
    private readonly ProviderRecord? _record;
    private readonly OperatorProvider? _own;
    private readonly ICredentialSource _credentials;
    private readonly Func<string, IReadOnlyList<string>, ProtocolWords?>? _words;
    private Dictionary<string, ProviderListing>? _forms;

    public BuiltProvider(
        ProviderRecord? record, OperatorProvider? own, ICredentialSource credentials,
        Func<string, IReadOnlyList<string>, ProtocolWords?>? words)
    {
        _words = words;
        _record = record;
        _own = own;
        _credentials = credentials;
        Listing = ProviderBuilder.Build(record, own, credentials, words, api: null);
    }

    /// <summary>The provider under its main protocol.</summary>
    public ProviderListing Listing { get; }

    /// <summary>The provider as an endpoint of this protocol calls it; null is the main one.</summary>
    public ProviderListing Form(string? protocol)
    {
        if (protocol is null || protocol == Listing.Protocol)
        {
            return Listing;
        }

        _forms ??= new Dictionary<string, ProviderListing>(StringComparer.Ordinal);
        if (!_forms.TryGetValue(protocol, out var form))
        {
            form = ProviderBuilder.Build(_record, _own, _credentials, _words, protocol);
            _forms.Add(protocol, form);
        }

        return form;
    }
}
