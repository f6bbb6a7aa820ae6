using System.Globalization;

namespace Patchbay.Api;

/// <summary>Compares the answers of a model's hosts and grades each. Pure.</summary>
/// <remarks>For each probe the reference is the answer that agrees most with those of the other hosts. Hosts compute in
/// different orders, so that even the same weights do not always write the same: how far a host agrees is measured against
/// the two hosts that agree most on that probe, and a probe on which nobody agrees says nothing.</remarks>
public static class CanaryJudge
{
    /// <summary>Hosts with answers that a comparison needs.</summary>
    public const int LeastHosts = 3;

    private const double LeastLevel = 0.25;
    private const double LeastShareAnswered = 0.6;
    private const double LogprobsDiffer = 0.25;
    private const int LeastLogprobs = 24;

    // A token for the beginning of the text is counted by some and not by others.
    private const int PromptTokensMayDiffer = 2;

    private static readonly string[] Refusals = ["I cannot help", "I can't help", "I'm sorry, but", "I am unable to", "I can't assist", "I cannot assist"];

    /// <summary>One report for each host that answered enough; none when too few did.</summary>
    /// <param name="answers">For each host, by its endpoint's id, the answers in the order of the probes; null for one that
    /// did not come.</param>
    /// <param name="probes">The probes.</param>
    /// <param name="now">The time of the reports.</param>
    public static IReadOnlyList<CanaryReport> Grade(
        IReadOnlyDictionary<string, CanaryAnswer?[]> answers, IReadOnlyList<CanaryProbe> probes, DateTimeOffset now)
    {
        var hosts = new List<Host>();
        foreach (var (id, given) in answers.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (given.Count(answer => answer is not null) >= LeastShareAnswered * probes.Count)
            {
                hosts.Add(new Host(id, given));
            }
        }

        if (hosts.Count < LeastHosts)
        {
            return [];
        }

        for (var i = 0; i < probes.Count; i++)
        {
            if (probes[i].HasTool)
            {
                CompareTools(hosts, i);
            }
            else
            {
                CompareTexts(hosts, i);
            }
        }

        ComparePrompts(hosts, probes.Count);
        return [.. hosts.Select(host => host.Report(now))];
    }

    private static void CompareTexts(List<Host> hosts, int probe)
    {
        var present = hosts.Where(host => host.Answers[probe] is not null).ToList();
        if (present.Count < LeastHosts)
        {
            return;
        }

        var tokens = present.ConvertAll(host => AnswerAgreement.Tokens(host.Answers[probe]!.Text));
        var agreement = new double[present.Count, present.Count];
        for (var i = 0; i < present.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                agreement[i, j] = agreement[j, i] = AnswerAgreement.Of(tokens[i], tokens[j]);
            }
        }

        var level = agreement.Cast<double>().Max();
        var reference = Enumerable.Range(0, present.Count)
            .MaxBy(i => Enumerable.Range(0, present.Count).Sum(j => agreement[i, j]));
        var isSilent = tokens[reference].Length == 0;
        for (var i = 0; i < present.Count; i++)
        {
            present[i].Look(present[i].Answers[probe]!, present[reference].Answers[probe]!);
            if (level >= LeastLevel && !isSilent)
            {
                var own = i == reference ? Enumerable.Range(0, present.Count).Max(j => agreement[i, j]) : agreement[i, reference];
                present[i].Compare(own, level);
            }
        }
    }

    // Only where most can call the tool is one that cannot at fault.
    private static void CompareTools(List<Host> hosts, int probe)
    {
        var called = hosts.Count(host => host.Answers[probe] is { CalledTool: true });
        var present = hosts.Count(host => host.Answers[probe] is not null);
        foreach (var host in hosts)
        {
            if (host.Answers[probe] is { } answer)
            {
                host.LeaksIn(answer.Text);
                host.Miscalls |= answer.MiscalledTool || (!answer.CalledTool && called * 2 > present);
            }
        }
    }

    private static void ComparePrompts(List<Host> hosts, int probes)
    {
        for (var i = 0; i < probes; i++)
        {
            var usual = hosts.Select(host => host.Answers[i]?.PromptTokens).Where(count => count is not null)
                .GroupBy(count => count!.Value).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).FirstOrDefault();
            if (usual is null || usual.Count() < 2)
            {
                continue;
            }

            foreach (var host in hosts)
            {
                if (host.Answers[i]?.PromptTokens is { } own)
                {
                    host.PromptDifferences.Add(own - usual.Key);
                }
            }
        }
    }

    private sealed class Host(string id, CanaryAnswer?[] answers)
    {
        private double _reached;
        private double _possible;
        private int _tasks;
        private int _leaks;
        private int _refusals;
        private int _silences;
        private double _logprobs;
        private int _logprobTokens;
        private string? _mark;

        public CanaryAnswer?[] Answers => answers;

        public bool Miscalls { get; set; }

        public List<long> PromptDifferences { get; } = [];

        public void Compare(double own, double level)
        {
            _reached += Math.Min(own, level);
            _possible += level;
            _tasks++;
        }

        public void Look(CanaryAnswer own, CanaryAnswer reference)
        {
            LeaksIn(own.Text);
            _refusals += IsRefusal(own.Text) && !IsRefusal(reference.Text) ? 1 : 0;
            _silences += string.IsNullOrWhiteSpace(own.Text) && !string.IsNullOrWhiteSpace(reference.Text) ? 1 : 0;
            var shared = Math.Min(own.Logprobs.Count, reference.Logprobs.Count);
            for (var i = 0; i < shared && own.Tokens[i] == reference.Tokens[i]; i++)
            {
                _logprobs += Math.Abs(Math.Max(own.Logprobs[i], -10) - Math.Max(reference.Logprobs[i], -10));
                _logprobTokens++;
            }
        }

        public void LeaksIn(string text)
        {
            if (TemplateLeaks.Find(text) is { } mark)
            {
                _leaks++;
                _mark ??= mark;
            }
        }

        public CanaryReport Report(DateTimeOffset now)
        {
            var agreement = _possible > 0 ? _reached / _possible : 1;
            var findings = new List<string>();
            var grade = agreement >= 0.9 ? CanaryGrade.A
                : agreement >= 0.75 ? CanaryGrade.B
                : agreement >= 0.5 ? CanaryGrade.C
                : agreement >= 0.3 ? CanaryGrade.D
                : CanaryGrade.F;
            var answered = answers.Count(answer => answer is not null);
            if (_leaks > 0)
            {
                findings.Add(Say($"broken template: {_leaks} of {answered} answers show {_mark}"));
                grade = Worse(grade, _leaks * 2 > answered ? CanaryGrade.F : CanaryGrade.D);
            }
            else if (grade == CanaryGrade.F)
            {
                findings.Add(Say($"wrong model: {agreement:P0} of the agreement that the other hosts reach"));
            }
            else if (grade != CanaryGrade.A)
            {
                findings.Add(Say($"drift as of a heavier quantization: {agreement:P0} of the agreement that the other hosts reach"));
            }

            if (_logprobTokens >= LeastLogprobs && _logprobs / _logprobTokens > LogprobsDiffer)
            {
                findings.Add(Say($"token probabilities differ by {_logprobs / _logprobTokens:0.00} nats on average"));
                grade = Worse(grade, CanaryGrade.B);
            }

            if (Miscalls)
            {
                findings.Add("tool calls do not come as tool calls");
                grade = Worse(grade, CanaryGrade.C);
            }

            if (_silences > 0)
            {
                findings.Add(Say($"{_silences} of {answered} answers are empty"));
                grade = Worse(grade, _silences * 2 > answered ? CanaryGrade.F : CanaryGrade.C);
            }

            if (_refusals > 1)
            {
                findings.Add(Say($"{_refusals} of {answered} answers refuse what the other hosts answer"));
                grade = Worse(grade, CanaryGrade.C);
            }

            AddPrompts(findings, ref grade);
            return new CanaryReport(id, grade, Math.Round(agreement, 3), _tasks, findings, now);
        }

        // The same difference everywhere is another template; differences that vary are another tokenizer.
        private void AddPrompts(List<string> findings, ref CanaryGrade grade)
        {
            var different = PromptDifferences.Where(difference => Math.Abs(difference) > PromptTokensMayDiffer).ToList();
            if (different.Count == 0 || different.Count * 2 <= PromptDifferences.Count)
            {
                return;
            }

            var spread = different.Max() - different.Min();
            findings.Add(spread <= PromptTokensMayDiffer
                ? Say($"template differs: prompts count {different[0]:+0;-0} tokens")
                : Say($"tokenizer differs: prompts count from {different.Min():+0;-0} to {different.Max():+0;-0} tokens"));
            grade = Worse(grade, spread <= PromptTokensMayDiffer ? CanaryGrade.B : CanaryGrade.C);
        }

        private static CanaryGrade Worse(CanaryGrade one, CanaryGrade other) => one > other ? one : other;

        private static bool IsRefusal(string text) =>
            Array.Exists(Refusals, refusal => text.Contains(refusal, StringComparison.OrdinalIgnoreCase));

        private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }
}
