using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Patchbay.Core;

namespace Patchbay.Server.Tests;

public sealed class BackgroundLoopTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_turn_that_fails_is_lost_and_the_loop_is_not_and_each_outage_is_told_once()
    {
        var log = new KeptLog();
        using var loop = new Loop(
            log,
            new StorageUnavailableException("away"), new StorageUnavailableException("away"), null,
            new InvalidOperationException("unforeseen"), new StorageUnavailableException("gone"), new OperationCanceledException(), null);
        await loop.StartAsync(Token);
        await loop.Over.Task.WaitAsync(Token);

        Assert.False(loop.ExecuteTask!.IsCompleted);
        Assert.Equal(["away", "gone"], loop.Outages);
        Assert.Equal(["unforeseen", new OperationCanceledException().Message], log.Exceptions.Select(static exception => exception.Message));
        await loop.StopAsync(Token);
        Assert.True(loop.ExecuteTask.IsCompleted);
    }

    [Fact]
    public async Task A_loop_that_waits_first_has_its_first_turn_after_a_pause()
    {
        using var loop = new Loop(NullLogger.Instance, TimeSpan.FromDays(1), waitsFirst: true);
        await loop.StartAsync(Token);
        await loop.StopAsync(Token);
        Assert.Equal(0, loop.Turns);
    }

    [Fact]
    public void Whatever_runs_in_the_background_is_such_a_loop_or_survives_by_itself()
    {
        var others = typeof(BackgroundLoop).Assembly.GetTypes()
            .Where(static type => !type.IsAbstract && type.IsAssignableTo(typeof(BackgroundService)) && !type.IsAssignableTo(typeof(BackgroundLoop)))
            .Select(static type => type.Name)
            .Order();
        Assert.Equal(
            ["CanaryService", "CatalogReloader", "CatalogSyncService", "ChangeFollower", "DemoTraffic", "LeaseKeeper", "QualityService"], others);
    }

    private sealed class Loop(ILogger log, TimeSpan every, bool waitsFirst, params Exception?[] ends)
        : BackgroundLoop(every, TimeProvider.System, log, waitsFirst)
    {
        public Loop(ILogger log, params Exception?[] ends)
            : this(log, TimeSpan.FromMilliseconds(1), false, ends)
        {
        }

        public int Turns { get; private set; }

        public ConcurrentQueue<string> Outages { get; } = new();

        public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override Task TurnAsync(CancellationToken stoppingToken)
        {
            if (Turns == ends.Length)
            {
                Over.TrySetResult();
                return Task.CompletedTask;
            }

            return ends[Turns++] is { } exception ? Task.FromException(exception) : Task.CompletedTask;
        }

        protected override void TellAway(string reason) => Outages.Enqueue(reason);
    }

    private sealed class KeptLog : ILogger
    {
        public ConcurrentQueue<Exception> Exceptions { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Assert.Equal(8180, eventId.Id);
            Exceptions.Enqueue(exception!);
        }
    }
}
