namespace Patchbay.Protocol;

/// <summary>The types of a header's value, by their number on the wire
/// (https://smithy.io/2.0/aws/amazon-eventstream.html).</summary>
public enum EventHeaderType : byte
{
    /// <summary>The value true; no bytes follow.</summary>
    True = 0,

    /// <summary>The value false; no bytes follow.</summary>
    False = 1,

    /// <summary>A signed integer of one byte.</summary>
    Whole8 = 2,

    /// <summary>A signed integer of two bytes.</summary>
    Whole16 = 3,

    /// <summary>A signed integer of four bytes.</summary>
    Whole32 = 4,

    /// <summary>A signed integer of eight bytes.</summary>
    Whole64 = 5,

    /// <summary>Bytes, at most 32,767.</summary>
    Bytes = 6,

    /// <summary>A text in UTF-8, at most 32,767 bytes.</summary>
    Text = 7,

    /// <summary>Milliseconds since 1970-01-01 UTC, as a signed integer of eight bytes.</summary>
    Timestamp = 8,

    /// <summary>Sixteen bytes.</summary>
    Uuid = 9,
}
