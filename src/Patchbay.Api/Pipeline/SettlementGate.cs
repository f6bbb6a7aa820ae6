namespace Patchbay.Api;

/// <summary>Refuses requests from the first settlement that could not be made durable until one could again, so that no provider
/// is called for answers that nobody could be charged for. Thread-safe.</summary>
/// <param name="canSettle">Whether a settlement would be durable; asked only while it is closed, and as often as requests come.</param>
public sealed class SettlementGate(Func<Task<bool>> canSettle)
{
    private volatile bool _isClosed;

    /// <summary>A settlement could not be made durable.</summary>
    public void Close() => _isClosed = true;

    /// <summary>Whether a request may go on.</summary>
    public ValueTask<bool> IsOpenAsync() => _isClosed ? new ValueTask<bool>(TryOpenAsync()) : new ValueTask<bool>(true);

    private async Task<bool> TryOpenAsync()
    {
        if (await canSettle())
        {
            _isClosed = false;
        }

        return !_isClosed;
    }
}
