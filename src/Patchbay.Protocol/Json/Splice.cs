namespace Patchbay.Protocol;

/// <summary>What replaces a range of a body that is otherwise copied.</summary>
internal enum SpliceKind : byte
{
    Drop,
    Id,
    ModelAndProvider,
    Model,
    FinishReason,
    FinishReasonAndNative,
    Null,
    Usage,
    ReasoningName,
    NoFinishReason,
    ChunkObject,
}

/// <summary>One edit: the bytes from <paramref name="Start"/> to before <paramref name="End"/> are replaced.</summary>
/// <param name="Start">The first byte replaced.</param>
/// <param name="End">The first byte kept again.</param>
/// <param name="Kind">By what.</param>
/// <param name="Reason">For finish reasons, the normalised one.</param>
internal readonly record struct Splice(int Start, int End, SpliceKind Kind, FinishReason Reason = FinishReason.None);
