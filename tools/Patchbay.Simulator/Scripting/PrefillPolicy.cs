namespace Patchbay.Simulator.Scripting;

/// <summary>What a model makes of a last message of the assistant.</summary>
public enum PrefillPolicy
{
    /// <summary>An earlier turn: the reply begins anew, as OpenAI's models do.</summary>
    Ignore,

    /// <summary>The beginning of the reply: only the rest is said, as Claude does.</summary>
    Continue,

    /// <summary>The beginning of the reply, which is said whole, as Mistral's models do.</summary>
    Repeat,
}
