namespace Patchbay.Routing;

/// <summary>What a prompt is about.</summary>
internal enum TaskType
{
    General,
    Chat,
    QaKnowledge,
    QaDocument,
    Summarization,
    Translation,
    Extraction,
    Classification,
    WritingCreative,
    WritingBusiness,
    WritingEditing,
    Roleplay,
    Math,
    Reasoning,
    DataAnalysis,
    Science,
    Legal,
    Medical,
    Finance,
    CodeGeneration,
    CodeDebugging,
    CodeReview,
    CodeRefactoring,
    CodeExplanation,
    CodeTests,
    CodeSql,
    CodeDevops,
    AgentToolUse,
    AgentPlanning,
    VisionDescription,
    VisionDocument,
}

/// <summary>What a task asks of a model.</summary>
/// <param name="Task">The task.</param>
/// <param name="Name">Its public name.</param>
/// <param name="Area">Which tests speak of it.</param>
/// <param name="QualityWeight">How much quality counts against price, from 0 to 1.</param>
/// <param name="OutputTokens">How long answers usually are.</param>
internal sealed record TaskProfile(TaskType Task, string Name, QualityArea Area, double QualityWeight, int OutputTokens)
{
    private static readonly TaskProfile[] All =
    [
        new(TaskType.General, "general", QualityArea.Overall, 0.7, 500),
        new(TaskType.Chat, "chat", QualityArea.Overall, 0.4, 150),
        new(TaskType.QaKnowledge, "qa_knowledge", QualityArea.Overall, 0.7, 300),
        new(TaskType.QaDocument, "qa_document", QualityArea.Overall, 0.7, 400),
        new(TaskType.Summarization, "summarization", QualityArea.Overall, 0.5, 400),
        new(TaskType.Translation, "translation", QualityArea.Overall, 0.5, 500),
        new(TaskType.Extraction, "extraction", QualityArea.Overall, 0.5, 400),
        new(TaskType.Classification, "classification", QualityArea.Overall, 0.5, 50),
        new(TaskType.WritingCreative, "writing:creative", QualityArea.Overall, 0.7, 1000),
        new(TaskType.WritingBusiness, "writing:business", QualityArea.Overall, 0.5, 500),
        new(TaskType.WritingEditing, "writing:editing", QualityArea.Overall, 0.5, 500),
        new(TaskType.Roleplay, "roleplay", QualityArea.Overall, 0.5, 300),
        new(TaskType.Math, "math", QualityArea.Overall, 0.9, 1500),
        new(TaskType.Reasoning, "reasoning", QualityArea.Overall, 0.9, 1500),
        new(TaskType.DataAnalysis, "data_analysis", QualityArea.Overall, 0.8, 800),
        new(TaskType.Science, "science", QualityArea.Overall, 0.8, 800),
        new(TaskType.Legal, "legal", QualityArea.Overall, 0.8, 800),
        new(TaskType.Medical, "medical", QualityArea.Overall, 0.9, 600),
        new(TaskType.Finance, "finance", QualityArea.Overall, 0.8, 600),
        new(TaskType.CodeGeneration, "code:generation", QualityArea.Coding, 0.8, 1200),
        new(TaskType.CodeDebugging, "code:debugging", QualityArea.Coding, 0.9, 1200),
        new(TaskType.CodeReview, "code:review", QualityArea.Coding, 0.9, 1000),
        new(TaskType.CodeRefactoring, "code:refactoring", QualityArea.Coding, 0.8, 1500),
        new(TaskType.CodeExplanation, "code:explanation", QualityArea.Coding, 0.6, 600),
        new(TaskType.CodeTests, "code:tests", QualityArea.Coding, 0.8, 1500),
        new(TaskType.CodeSql, "code:sql", QualityArea.Coding, 0.7, 400),
        new(TaskType.CodeDevops, "code:devops", QualityArea.Coding, 0.8, 800),
        new(TaskType.AgentToolUse, "agent:tool_use", QualityArea.Agents, 0.8, 400),
        new(TaskType.AgentPlanning, "agent:multi_step_planning", QualityArea.Agents, 0.9, 1000),
        new(TaskType.VisionDescription, "vision:description", QualityArea.Overall, 0.6, 300),
        new(TaskType.VisionDocument, "vision:document", QualityArea.Overall, 0.7, 600),
    ];

    public static TaskProfile Of(TaskType task) => All[(int)task];
}
