namespace Patchbay.Storage;

/// <summary>The database must not be used as it is: another server owns it, its schema is not this program's, or it is
/// damaged. The message is meant for the operator; trying again does not help.</summary>
public sealed class StorageRefusedException : Exception
{
    /// <summary>Says what is wrong and what to do.</summary>
    public StorageRefusedException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong and what to do, with the cause.</summary>
    public StorageRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Needed by the conventions of exceptions; prefer the constructor with a message.</summary>
    public StorageRefusedException()
    {
    }
}
