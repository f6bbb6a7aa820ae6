namespace Patchbay.Api.Tests;

public sealed class CanaryJudgeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] Words =
        ["river", "lamp", "quiet", "table", "copper", "window", "northern", "carries", "under", "seven", "letters", "wheel"];

    [Fact]
    public void Equal_hosts_have_an_A()
    {
        var reports = Grade(Good, Good, Good);

        Assert.All(reports.Values, report => Assert.Equal(CanaryGrade.A, report.Grade));
        Assert.All(reports.Values, report => Assert.Empty(report.Findings));
        Assert.All(reports.Values, report => Assert.Equal(9, report.Tasks));
    }

    [Fact]
    public void Another_model_a_broken_template_and_rounded_weights_are_told_apart()
    {
        var reports = Grade(Good, Good, probe => Answer(probe, voice: 9), probe => Answer(probe, end: "<|im_end|>"), probe => Answer(probe, noise: 10));

        Assert.Equal(CanaryGrade.A, reports["a"].Grade);
        Assert.Equal(CanaryGrade.A, reports["b"].Grade);
        Assert.Equal(CanaryGrade.F, reports["c"].Grade);
        Assert.StartsWith("wrong model", Assert.Single(reports["c"].Findings), StringComparison.Ordinal);
        Assert.Equal(CanaryGrade.F, reports["d"].Grade);
        Assert.StartsWith("broken template", Assert.Single(reports["d"].Findings), StringComparison.Ordinal);
        Assert.InRange(reports["e"].Grade, CanaryGrade.B, CanaryGrade.D);
        Assert.StartsWith("drift", Assert.Single(reports["e"].Findings), StringComparison.Ordinal);
    }

    [Fact]
    public void Hosts_that_all_differ_a_little_are_not_blamed()
    {
        var reports = Grade([.. Enumerable.Range(0, 5).Select(host => (Func<int, CanaryAnswer?>)(probe => Answer(probe, noise: 7, turn: host)))]);

        Assert.DoesNotContain(reports.Values, report => report.Grade >= CanaryGrade.D);
    }

    [Fact]
    public void Tool_calls_as_text_count_where_the_others_call()
    {
        var reports = Grade(Good, Good, Good, probe => probe == 9 ? new CanaryAnswer { Text = "get_weather(Paris)" } : Good(probe));

        Assert.Equal(CanaryGrade.C, reports["d"].Grade);
        Assert.Equal(["tool calls do not come as tool calls"], reports["d"].Findings);
    }

    [Fact]
    public void Where_few_can_call_tools_nobody_is_blamed_for_it()
    {
        var reports = Grade(Good, NoCall, NoCall, NoCall);

        Assert.All(reports.Values, report => Assert.Equal(CanaryGrade.A, report.Grade));

        static CanaryAnswer? NoCall(int probe) => probe == 9 ? new CanaryAnswer { Text = "I do not know." } : Good(probe);
    }

    [Theory]
    [InlineData(30, 0, "template differs", CanaryGrade.B)]
    [InlineData(5, 9, "tokenizer differs", CanaryGrade.C)]
    public void Counts_of_the_prompt_show_templates_and_tokenizers(int more, int each, string finding, CanaryGrade grade)
    {
        var reports = Grade(Good, Good, Good, probe => Good(probe)! with { PromptTokens = 20 + more + (each * probe) });

        Assert.Equal(grade, reports["d"].Grade);
        Assert.StartsWith(finding, Assert.Single(reports["d"].Findings), StringComparison.Ordinal);
    }

    [Fact]
    public void Empty_answers_and_refusals_count()
    {
        var reports = Grade(
            Good, Good, Good, Good, probe => new CanaryAnswer { Text = "", CalledTool = probe == 9 },
            probe => probe < 3 ? new CanaryAnswer { Text = "I'm sorry, but I can't do that." } : Good(probe));

        Assert.Equal(CanaryGrade.F, reports["e"].Grade);
        Assert.Contains("9 of 10 answers are empty", reports["e"].Findings);
        Assert.True(reports["f"].Grade >= CanaryGrade.C);
        Assert.Contains("3 of 10 answers refuse what the other hosts answer", reports["f"].Findings);
    }

    [Fact]
    public void Other_probabilities_of_the_same_tokens_show_other_weights()
    {
        var reports = Grade(WithLogprobs(-0.2), WithLogprobs(-0.21), WithLogprobs(-0.2), WithLogprobs(-0.9));

        Assert.Equal(CanaryGrade.B, reports["d"].Grade);
        Assert.Equal(["token probabilities differ by 0.70 nats on average"], reports["d"].Findings);

        static Func<int, CanaryAnswer?> WithLogprobs(double value) => probe => Good(probe)! with
        {
            Tokens = Words,
            Logprobs = [.. Words.Select(_ => value)],
        };
    }

    [Fact]
    public void A_host_that_hardly_answers_is_not_graded_and_two_hosts_are_not_compared()
    {
        Assert.Equal(["a", "b", "c"], Grade(Good, Good, Good, probe => probe < 3 ? Good(probe) : null).Keys.Order());
        Assert.Empty(Grade(Good, probe => Answer(probe, voice: 4)));
    }

    [Fact]
    public void The_mean_is_carried_on_and_old_reports_say_nothing()
    {
        var first = new CanaryReport("a", CanaryGrade.A, 1, 9, [], Now);
        var second = new CanaryReport("a", CanaryGrade.D, 0.4, 9, [], Now.AddDays(1));

        Assert.Equal(0.7, second.After(first).Score, 6);
        Assert.Equal(18, second.After(first).ScoreTasks);
    }

    private static Dictionary<string, CanaryReport> Grade(params Func<int, CanaryAnswer?>[] hosts)
    {
        var answers = new Dictionary<string, CanaryAnswer?[]>();
        for (var i = 0; i < hosts.Length; i++)
        {
            answers.Add(((char)('a' + i)).ToString(), [.. Enumerable.Range(0, CanaryProbe.All.Count).Select(hosts[i])]);
        }

        return CanaryJudge.Grade(answers, CanaryProbe.All, Now).ToDictionary(report => report.EndpointId);
    }

    private static CanaryAnswer? Good(int probe) => Answer(probe);

    // Every so many words another: what rounded weights do.
    private static CanaryAnswer Answer(int probe, int voice = 0, string end = "", int noise = 0, int turn = 0)
    {
        var random = new Random((probe * 100) + voice);
        var words = Enumerable.Range(0, 24).Select(_ => Words[random.Next(Words.Length)]).ToArray();
        for (var i = 2 + turn; noise > 0 && i < words.Length; i += noise)
        {
            words[i] = "other" + Words[i % Words.Length];
        }

        return new CanaryAnswer
        {
            Text = string.Join(' ', words) + end,
            CalledTool = CanaryProbe.All[probe].HasTool,
            PromptTokens = 20,
        };
    }
}
