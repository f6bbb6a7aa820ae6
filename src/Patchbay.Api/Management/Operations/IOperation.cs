using Microsoft.AspNetCore.Http;

namespace Patchbay.Api;

/// <summary>One operation of the API. Made anew for every request, with its dependencies from the container.</summary>
internal interface IOperation
{
    /// <summary>Answers a request of a caller that may make it. Throws
    /// <see cref="Core.StorageUnavailableException"/> when the database cannot answer; the route turns it into 503.
    /// </summary>
    Task<IResult> RunAsync(HttpContext context, Caller caller);
}

/// <summary>Who may call an operation.</summary>
internal enum Access
{
    /// <summary>Every good key, the master key included.</summary>
    AnyKey,

    /// <summary>Management keys and the master key.</summary>
    Management,

    /// <summary>Keys that may call models, and the master key.</summary>
    Inference,
}
