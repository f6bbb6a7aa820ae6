namespace Patchbay.Benchmarks;

/// <summary>Takes the value of a task that never had to wait.</summary>
internal static class Completed
{
    public static T Take<T>(ValueTask<T> task) => task.IsCompletedSuccessfully
        ? task.Result
        : throw new InvalidOperationException("The operation did not complete at once.");
}
