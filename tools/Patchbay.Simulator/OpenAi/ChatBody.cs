using System.Buffers;
using Patchbay.Simulator.Faults;
using Patchbay.Simulator.Hosting;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.OpenAi;

/// <summary>The plain body of a chat completion.</summary>
internal static class ChatBody
{
    public static void Write(IBufferWriter<byte> output, ChatPlan plan, Behavior settings)
    {
        output.Write("{\"id\":\"chatcmpl-sim-"u8);
        output.WriteNumber(plan.Sequence);
        output.Write("\",\"object\":\"chat.completion\",\"created\":"u8);
        output.WriteNumber(plan.Created);
        output.Write(",\"model\":"u8);
        output.WriteQuoted(plan.Model);
        output.Write(",\"system_fingerprint\":\"fp_sim\",\"choices\":["u8);
        for (var choice = 0; choice < plan.Choices; choice++)
        {
            output.Write(choice == 0 ? ""u8 : ","u8);
            WriteChoice(output, plan, settings, choice);
        }

        output.Write("]"u8);
        if (settings.Usage != UsageShape.Missing)
        {
            output.Write(",\"usage\":"u8);
            plan.Usage.As(settings.Usage).Write(output);
        }

        output.Write("}"u8);
    }

    public static void WriteLogprob(IBufferWriter<byte> output, ReadOnlySpan<byte> token)
    {
        output.Write("{\"token\":\""u8);
        output.Write(token);
        output.Write("\",\"logprob\":-0.25,\"bytes\":null,\"top_logprobs\":[]}"u8);
    }

    private static void WriteChoice(IBufferWriter<byte> output, ChatPlan plan, Behavior settings, int choice)
    {
        output.Write("{\"index\":"u8);
        output.WriteNumber(choice);
        output.Write(",\"message\":{\"role\":\"assistant\""u8);
        if (plan.ReasoningTokens > 0)
        {
            output.Write(",\"reasoning_content\":\""u8);
            for (var i = 0; i < plan.ReasoningTokens; i++)
            {
                output.Write(plan.Text.ReasoningAt(choice, i));
            }

            output.Write("\""u8);
        }

        if (plan.ToolCalls.Length > 0)
        {
            WriteToolCalls(output, plan.ToolCalls);
        }
        else if (plan.IsRefusal)
        {
            output.Write(",\"content\":null,\"refusal\":\""u8);
            WriteText(output, plan, settings, choice);
            output.Write("\""u8);
        }
        else
        {
            output.Write(",\"content\":\""u8);
            WriteText(output, plan, settings, choice);
            output.Write("\",\"refusal\":null"u8);
        }

        output.Write("},\"logprobs\":"u8);
        WriteLogprobs(output, plan, choice);
        output.Write(",\"finish_reason\":"u8);
        if (plan.Finish is null)
        {
            output.Write("null}"u8);
        }
        else
        {
            output.WriteQuoted(plan.Finish);
            output.Write("}"u8);
        }
    }

    private static void WriteText(IBufferWriter<byte> output, ChatPlan plan, Behavior settings, int choice)
    {
        for (var i = 0; i < plan.TextTokens; i++)
        {
            output.Write(plan.Literal is { } literal ? literal[i] : plan.Text.At(choice, i));
        }

        output.Write(MidStreamFault.OddContent(settings.Fault));
    }

    private static void WriteToolCalls(IBufferWriter<byte> output, ToolCall[] calls)
    {
        output.Write(",\"content\":null,\"refusal\":null,\"tool_calls\":["u8);
        for (var i = 0; i < calls.Length; i++)
        {
            output.Write(i == 0 ? "{\"id\":"u8 : ",{\"id\":"u8);
            output.WriteQuoted(calls[i].Id);
            output.Write(",\"type\":\"function\",\"function\":{\"name\":"u8);
            output.WriteQuoted(calls[i].Name);
            output.Write(",\"arguments\":"u8);
            output.WriteQuoted(calls[i].Arguments);
            output.Write("}}"u8);
        }

        output.Write("]"u8);
    }

    private static void WriteLogprobs(IBufferWriter<byte> output, ChatPlan plan, int choice)
    {
        if (!plan.Logprobs || plan.Literal is not null || plan.ToolCalls.Length > 0)
        {
            output.Write("null"u8);
            return;
        }

        output.Write("{\"content\":["u8);
        for (var i = 0; i < plan.TextTokens; i++)
        {
            output.Write(i == 0 ? ""u8 : ","u8);
            WriteLogprob(output, plan.Text.At(choice, i));
        }

        output.Write("],\"refusal\":null}"u8);
    }
}
