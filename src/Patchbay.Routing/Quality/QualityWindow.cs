using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>The findings of one endpoint's answers in the last two hours, in slots of five minutes. Of a fixed size. Safe
/// for any number of threads.</summary>
internal sealed class QualityWindow
{
    private const int Slots = 24;
    private const long SlotMs = 5 * 60 * 1000;

    private readonly Lock _gate = new();
    private readonly Slot[] _slots = new Slot[Slots];

    public void Add(long nowMs, in AnswerFindings findings)
    {
        var number = (nowMs / SlotMs) + 1;
        lock (_gate)
        {
            ref var slot = ref _slots[(int)(number % Slots)];
            if (slot.Number != number)
            {
                slot = new Slot { Number = number };
            }

            slot.Count(findings);
        }
    }

    public QualityCounts Read(long nowMs)
    {
        var oldest = (nowMs / SlotMs) + 1 - Slots;
        var sum = default(Slot);
        lock (_gate)
        {
            foreach (ref readonly var slot in _slots.AsSpan())
            {
                if (slot.Number > oldest)
                {
                    sum.Add(slot);
                }
            }
        }

        return new QualityCounts
        {
            ToolRequests = sum.Tools,
            WrongToolCalls = sum.WrongCalls,
            InvalidJson = sum.InvalidJson,
            UnknownName = sum.UnknownName,
            SchemaMismatch = sum.SchemaMismatch,
            Answers = sum.Answers,
            Empty = sum.Empty,
            BadFinish = sum.BadFinish,
            Structured = sum.Structured,
            BrokenStructure = sum.BrokenStructure,
            BadAnswers = sum.BadAnswers,
        };
    }

    private struct Slot
    {
        public long Number;
        public int Answers;
        public int Tools;
        public int WrongCalls;
        public int InvalidJson;
        public int UnknownName;
        public int SchemaMismatch;
        public int Empty;
        public int BadFinish;
        public int Structured;
        public int BrokenStructure;
        public int BadAnswers;

        // Each kind once per request, however many calls are wrong.
        public void Count(in AnswerFindings findings)
        {
            const AnswerFaults Bad = AnswerFaults.Empty | AnswerFaults.BadFinish | AnswerFaults.BrokenStructure;
            var faults = findings.Faults;
            Answers++;
            Structured += findings.HadStructure ? 1 : 0;
            Empty += One(faults, AnswerFaults.Empty);
            BadFinish += One(faults, AnswerFaults.BadFinish);
            BrokenStructure += One(faults, AnswerFaults.BrokenStructure);
            BadAnswers += One(faults, Bad);
            if (findings.HadTools)
            {
                Tools++;
                WrongCalls += One(faults, AnswerFaults.ToolCall);
                InvalidJson += One(faults, AnswerFaults.InvalidJson);
                UnknownName += One(faults, AnswerFaults.UnknownName);
                SchemaMismatch += One(faults, AnswerFaults.SchemaMismatch);
            }
        }

        public void Add(in Slot other)
        {
            Answers += other.Answers;
            Tools += other.Tools;
            WrongCalls += other.WrongCalls;
            InvalidJson += other.InvalidJson;
            UnknownName += other.UnknownName;
            SchemaMismatch += other.SchemaMismatch;
            Empty += other.Empty;
            BadFinish += other.BadFinish;
            Structured += other.Structured;
            BrokenStructure += other.BrokenStructure;
            BadAnswers += other.BadAnswers;
        }

        private static int One(AnswerFaults faults, AnswerFaults kinds) => (faults & kinds) != AnswerFaults.None ? 1 : 0;
    }
}
