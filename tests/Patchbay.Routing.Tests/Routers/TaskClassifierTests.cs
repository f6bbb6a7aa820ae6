using Patchbay.Core;

namespace Patchbay.Routing.Tests.Routers;

public sealed class TaskClassifierTests
{
    private static readonly RouteRequest Plain = new() { Snapshot = TestCatalog.Snapshot(), Models = [] };

    private static string TaskOf(string text, string system = "", RouteRequest? request = null, bool toolResults = false) =>
        TaskProfile.Of(TaskClassifier.Classify(
            new PromptFeatures { Text = text, System = system, Messages = 1, HasToolResults = toolResults },
            request ?? Plain).Task).Name;

    [Theory]
    [InlineData("hi", "chat")]
    [InlineData("Hello! How are you today?", "chat")]
    [InlineData("Danke schön!", "chat")]
    [InlineData("你好", "chat")]
    [InlineData("What is the capital of France?", "qa_knowledge")]
    [InlineData("Who wrote Pride and Prejudice?", "qa_knowledge")]
    [InlineData("Warum ist der Himmel blau?", "qa_knowledge")]
    [InlineData("¿Cuándo terminó la guerra civil?", "qa_knowledge")]
    [InlineData("为什么天空是蓝色的", "qa_knowledge")]
    [InlineData("Is the earth older than the moon?", "qa_knowledge")]
    [InlineData("Based on the following passage, who is the narrator?", "qa_document")]
    [InlineData("Summarize this article in three sentences.", "summarization")]
    [InlineData("TL;DR of the meeting notes below", "summarization")]
    [InlineData("Fasse den folgenden Text zusammen.", "summarization")]
    [InlineData("请总结这篇文章", "summarization")]
    [InlineData("Translate 'good night' into German.", "translation")]
    [InlineData("Übersetze das ins Englische: Guten Morgen", "translation")]
    [InlineData("Traduis cette phrase en anglais", "translation")]
    [InlineData("把这句话翻译成英文", "translation")]
    [InlineData("Extract all dates and names from the text below as JSON.", "extraction")]
    [InlineData("Classify the sentiment of this tweet: I love it", "classification")]
    [InlineData("Is this positive or negative: the food was cold", "classification")]
    [InlineData("Write a haiku about autumn rain.", "writing:creative")]
    [InlineData("Write a short story about a lighthouse keeper", "writing:creative")]
    [InlineData("Schreibe ein Gedicht über den Herbst", "writing:creative")]
    [InlineData("Write an email to my landlord asking for a repair", "writing:business")]
    [InlineData("Draft a LinkedIn post announcing our new product", "writing:business")]
    [InlineData("Proofread and fix the grammar of this paragraph", "writing:editing")]
    [InlineData("Rephrase this to be more formal", "writing:editing")]
    [InlineData("Let's roleplay: pretend to be a pirate captain", "roleplay")]
    [InlineData("Solve for x: 3x + 5 = 20", "math")]
    [InlineData("Compute ∫ x² dx", "math")]
    [InlineData("Prove that the square root of 2 is irrational", "math")]
    [InlineData("12 * 17", "math")]
    [InlineData("Berechne die Ableitung von x hoch 3", "math")]
    [InlineData("计算这个方程的解", "math")]
    [InlineData("Here is a riddle: what walks on four legs in the morning?", "reasoning")]
    [InlineData("Solve this logic puzzle about five houses", "reasoning")]
    [InlineData("Find the correlation in this dataset of sales", "data_analysis")]
    [InlineData("Explain photosynthesis and the role of the enzyme RuBisCO", "science")]
    [InlineData("Which clause of this contract limits liability under GDPR?", "legal")]
    [InlineData("What are the side effects of this medication for diabetes?", "medical")]
    [InlineData("Should I rebalance my portfolio if interest rates rise?", "finance")]
    [InlineData("Write a function in Python that reverses a list", "code:generation")]
    [InlineData("Implement a binary search tree in C#", "code:generation")]
    [InlineData("Schreibe eine Funktion in Java, die Primzahlen findet", "code:generation")]
    [InlineData("写一个函数来排序数组", "code:generation")]
    [InlineData("Fix this bug: TypeError: undefined is not a function", "code:debugging")]
    [InlineData("My Python script crashes with an exception", "code:debugging")]
    [InlineData("Traceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'x'", "code:debugging")]
    [InlineData("Why does my code throw a NullPointerException?", "code:debugging")]
    [InlineData("```cs\nvar x = y;\n```\nerror CS0103: The name 'y' does not exist", "code:debugging")]
    [InlineData("Review this pull request for security issues", "code:review")]
    [InlineData("Refactor this class to use dependency injection", "code:refactoring")]
    [InlineData("What does this code do?\n```js\nlet a = b => b * 2;\n```", "code:explanation")]
    [InlineData("Explain this regex: ^a+$", "code:explanation")]
    [InlineData("Write unit tests for this function with pytest", "code:tests")]
    [InlineData("Write a SQL query with a left join over customers and orders", "code:sql")]
    [InlineData("Write a Dockerfile and a Kubernetes deployment for my app", "code:devops")]
    [InlineData("Make a plan with milestones to launch our shop", "agent:multi_step_planning")]
    [InlineData("Erstelle einen Plan für den Umzug", "agent:multi_step_planning")]
    [InlineData("Purple monkeys", "general")]
    public void A_sentence_has_its_task(string text, string task) => Assert.Equal(task, TaskOf(text));

    [Fact]
    public void What_the_request_holds_besides_words_counts()
    {
        Assert.Equal("agent:tool_use", TaskOf("What is the weather in Paris?", request: Plain with { WantsTools = true }));
        Assert.Equal("agent:tool_use", TaskOf("Go on", request: Plain with { WantsTools = true }, toolResults: true));
        Assert.Equal(
            "agent:multi_step_planning", TaskOf("Make a plan and break it down", request: Plain with { WantsTools = true }));
        Assert.Equal("vision:description", TaskOf("What is this?", request: Plain with { Input = Modalities.Text | Modalities.Image }));
        Assert.Equal(
            "vision:document",
            TaskOf("Read the total of this invoice", request: Plain with { Input = Modalities.Text | Modalities.Image }));
        Assert.Equal("qa_document", TaskOf("Tell me", request: Plain with { Input = Modalities.Text | Modalities.File }));
        Assert.Equal("extraction", TaskOf("John, 42, Berlin", request: Plain with { WantsJsonSchema = true }));
        Assert.Equal("translation", TaskOf("Guten Morgen", system: "You translate every message to English."));
    }

    [Fact]
    public void Signals_never_hold_the_callers_words()
    {
        var task = TaskClassifier.Classify(
            new PromptFeatures { Text = "Fix zebra42: Traceback (most recent call last): secret77 ```py\nx()\n```" }, Plain);

        Assert.NotEmpty(task.Signals);
        Assert.All(task.Signals, signal =>
        {
            Assert.DoesNotContain("zebra42", signal, StringComparison.Ordinal);
            Assert.DoesNotContain("secret77", signal, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Every_task_has_a_profile_under_its_own_name()
    {
        var tasks = Enum.GetValues<TaskType>();

        Assert.All(tasks, task => Assert.Equal(task, TaskProfile.Of(task).Task));
        Assert.Equal(tasks.Length, tasks.Select(task => TaskProfile.Of(task).Name).Distinct().Count());
        Assert.All(TaskCues.All, cues => Assert.All(cues.Words, word => Assert.Equal(
            word.TrimEnd(), TaskClassifier.Normalize(word).Trim())));
    }
}
