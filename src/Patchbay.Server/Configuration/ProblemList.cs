using Patchbay.Catalog;

namespace Patchbay.Server;

/// <summary>Prints what is wrong with a configuration.</summary>
internal static class ProblemList
{
    /// <summary>Writes one line per problem, the ones that stop the server first.</summary>
    public static async Task WriteAsync(TextWriter output, IReadOnlyList<ConfigurationProblem> problems)
    {
        var errors = problems.Where(problem => !problem.IsWarning).ToArray();
        if (errors.Length > 0)
        {
            await output.WriteLineAsync(errors.Length == 1
                ? "The configuration has a problem:"
                : $"The configuration has {errors.Length} problems:");
            foreach (var problem in errors)
            {
                await output.WriteLineAsync("  " + Line(problem));
            }
        }

        foreach (var problem in problems.Where(problem => problem.IsWarning))
        {
            await output.WriteLineAsync("Warning: " + Line(problem));
        }
    }

    /// <summary>One problem: where, what, why.</summary>
    public static string Line(ConfigurationProblem problem) => (problem.Line, problem.Key) switch
    {
        ( > 0, _) => problem.ToString(),
        (_, "") => $"{problem.File}: {problem.Message}",
        _ => $"{problem.File}: {problem.Key}: {problem.Message}",
    };
}
