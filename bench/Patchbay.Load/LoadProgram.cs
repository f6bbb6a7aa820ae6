namespace Patchbay.Load;

/// <summary>The command line.</summary>
internal static class LoadProgram
{
    private const string Help = """
        Measures what Patchbay costs, beside a bare forwarder on the same runtime and no gateway at all.

        Usage: dotnet run -c Release --project bench/Patchbay.Load -- compare [options]

          --server FILE        Patchbay.Server.dll             (default: the release build of this working copy)
          --baseline FILE      Another build of the server, measured beside it as the target 'baseline'
          --baseline-env N=V   An environment variable of the baseline, to try a setting; may be repeated
          --rounds N           Rounds, each over all targets   (default 5; medians are shown)
          --seconds S          Length of one measurement       (default 2)
          --targets A,B        Of direct, forwarder-default, forwarder, patchbay (default all)
          --scenarios A,B      Of alone, steady, unary16, unary64, streams, paced, idle (default all)
          --idle-streams N     Streams of the scenario idle    (default 2000)
          --cores G,L          Core of the gateway, core of load and simulator (default 0,1)
          --no-pin             Let the system place the processes
          --inline-io BOOL     Socket events on the polling threads, in all processes
                               but forwarder-default        (default true)
          --time-limit S       Stop after so many seconds, whatever was measured (default 900)
          --keep DIR           Keep data and logs of the started processes here
          --output FILE        Write the table here too

               … -- forwarder --upstream URL --urls URL [--inline-io BOOL]
                              The bare forwarder alone.

        Every process it starts listens on loopback and is stopped at the end. The README says what the numbers mean.
        """;

    /// <summary>Returns 0 when everything was measured and every answer was right, 1 when not, 2 for wrong arguments.</summary>
    public static async Task<int> RunAsync(
        string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            switch (args)
            {
                case ["forwarder", ..]:
                    await Forwarder.RunAsync(args, output, cancellationToken);
                    return 0;
                case ["compare", ..]:
                    return await Comparison.RunAsync(LoadOptions.Read(args), output, error, cancellationToken);
                default:
                    await output.WriteLineAsync(Help);
                    return args is [] or ["--help" or "-h"] ? 0 : 2;
            }
        }
        catch (FormatException exception)
        {
            await error.WriteLineAsync(exception.Message);
            return 2;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("Stopped before the end.");
            return 1;
        }
        catch (InvalidOperationException exception)
        {
            await error.WriteLineAsync(exception.Message);
            return 1;
        }
    }
}
