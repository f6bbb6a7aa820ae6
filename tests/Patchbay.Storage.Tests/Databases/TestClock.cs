namespace Patchbay.Storage.Tests;

/// <summary>A clock that stands still until it is set.</summary>
public sealed class TestClock : TimeProvider
{
    // A Wednesday.
    public DateTimeOffset Now { get; set; } = new(2026, 3, 18, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
