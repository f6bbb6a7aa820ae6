namespace Patchbay.Core;

/// <summary>The database cannot answer now. Callers turn it into 503 with Retry-After, never into "not found" or
/// "not allowed".</summary>
public sealed class StorageUnavailableException : Exception
{
    /// <summary>Wraps what the database driver said.</summary>
    public StorageUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Needed by the conventions of exceptions; prefer the constructor with a cause.</summary>
    public StorageUnavailableException()
    {
    }

    /// <summary>Needed by the conventions of exceptions; prefer the constructor with a cause.</summary>
    public StorageUnavailableException(string message)
        : base(message)
    {
    }
}
