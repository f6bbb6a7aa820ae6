namespace Patchbay.Load;

/// <summary>Whether socket events run on the polling threads, in this process and in those that it starts: the setting
/// that the server has too (<c>server:inline_io</c>).</summary>
internal static class InlineIo
{
    public const string Option = "--inline-io";
    private const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    public static string VariableName => Variable;

    /// <summary>Must come before the first socket of the process.</summary>
    public static void Apply(string[] args)
    {
        if (IsWanted(args))
        {
            Environment.SetEnvironmentVariable(Variable, "1");
        }
    }

    public static bool IsWanted(string[] args)
    {
        var at = Array.IndexOf(args, Option);
        return at < 0 || at + 1 == args.Length || args[at + 1] != "false";
    }
}
