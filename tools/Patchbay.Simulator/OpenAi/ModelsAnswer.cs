using System.Buffers;
using Patchbay.Simulator.Faults;
using Patchbay.Simulator.Hosting;

namespace Patchbay.Simulator.OpenAi;

/// <summary>Answers the list of models and single models.</summary>
internal static class ModelsAnswer
{
    private const string Segment = "/v1/models/";

    private const long Created = 1_735_689_600;

    public static Task SendAsync(Exchange exchange)
    {
        var at = exchange.Path.IndexOf(Segment, StringComparison.Ordinal);
        var single = at < 0 ? null : exchange.Path[(at + Segment.Length)..];
        exchange.Understand(single ?? "", streaming: false);
        if (exchange.Settings.Status != 200)
        {
            return PlainAnswer.SendScriptedErrorAsync(exchange);
        }

        if (single is null)
        {
            exchange.Payload.Write("{\"object\":\"list\",\"data\":["u8);
            var first = true;
            foreach (var model in exchange.Provider.Models)
            {
                exchange.Payload.Write(first ? ""u8 : ","u8);
                WriteModel(exchange, model);
                first = false;
            }

            exchange.Payload.Write("]}"u8);
        }
        else
        {
            WriteModel(exchange, single);
        }

        return PlainAnswer.SendJsonAsync(exchange);
    }

    private static void WriteModel(Exchange exchange, string model)
    {
        exchange.Payload.Write("{\"id\":"u8);
        exchange.Payload.WriteQuoted(model);
        exchange.Payload.Write(",\"object\":\"model\",\"created\":"u8);
        exchange.Payload.WriteNumber(Created);
        exchange.Payload.Write(",\"owned_by\":"u8);
        exchange.Payload.WriteQuoted(exchange.Provider.Name);
        exchange.Payload.Write("}"u8);
    }
}
