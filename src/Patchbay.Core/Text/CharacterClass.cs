namespace Patchbay.Core;

/// <summary>What the splitting rules of o200k_base want to know of a character. Letters of no case and marks are both
/// <see cref="Upper"/> and <see cref="Lower"/>.</summary>
[Flags]
internal enum CharacterClass : byte
{
    None = 0,

    /// <summary>Lu, Lt, Lm, Lo, M.</summary>
    Upper = 1,

    /// <summary>Ll, Lm, Lo, M.</summary>
    Lower = 2,

    /// <summary>L.</summary>
    Letter = 4,

    /// <summary>N.</summary>
    Number = 8,

    /// <summary>White_Space, line ends included.</summary>
    Space = 16,

    /// <summary>Carriage return and line feed.</summary>
    LineEnd = 32,

    /// <summary>M.</summary>
    Mark = 64,

    /// <summary>No character: the text ends here.</summary>
    End = 128,

    /// <summary>Both cases at once.</summary>
    Caseless = Upper | Lower,
}
