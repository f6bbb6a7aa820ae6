using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>What may be sent to an endpoint by what is known of it. A list of supported parameters is often one of abilities
/// only, and what it does not speak of is not known to be refused.</summary>
internal static class SendableParameters
{
    // A list that has none of these speaks of abilities only.
    private const Parameters Sampling = Parameters.TopP | Parameters.TopK | Parameters.MinP | Parameters.TopA
        | Parameters.FrequencyPenalty | Parameters.PresencePenalty | Parameters.RepetitionPenalty | Parameters.LogitBias
        | Parameters.Logprobs | Parameters.TopLogprobs | Parameters.Seed | Parameters.Stop;

    // No list speaks of these reliably.
    private const Parameters Untold = Parameters.ParallelToolCalls | Parameters.Prediction;

    /// <summary>The listed parameters, and those that the list does not speak of.</summary>
    /// <param name="listed">The parameters that are known to be supported.</param>
    /// <param name="fixedTemperature">The model is known to take no temperature; it takes no other sampling either.</param>
    public static Parameters Of(Parameters listed, bool fixedTemperature) =>
        listed | Untold
        | ((listed & Sampling) != 0 || fixedTemperature
            ? Parameters.None
            : Sampling | Parameters.Temperature | Parameters.Verbosity);
}
