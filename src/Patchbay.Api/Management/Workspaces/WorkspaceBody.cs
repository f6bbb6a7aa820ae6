namespace Patchbay.Api;

/// <summary>The members that making and changing a workspace have in common.</summary>
internal sealed class WorkspaceBody
{
    private const int LongestName = 100;
    private const int LongestSlug = 50;
    private const int LongestDescription = 500;

    private WorkspaceBody(JsonBody body)
    {
        Name = body.Text("name", LongestName);
        Slug = body.Text("slug", LongestSlug);
        Description = body.TextOrNull("description", LongestDescription);
        LoggingDiscount = body.Flag("is_data_discount_logging_enabled");
        if (Slug.IsPresent && !IsSlug(Slug.Value))
        {
            body.Refuse("slug", "must be lower-case letters and digits, in parts with single hyphens between.");
        }

        RefuseUnbuilt(body);
    }

    public Optional<string> Name { get; }

    public Optional<string> Slug { get; }

    public Optional<string?> Description { get; }

    public Optional<bool> LoggingDiscount { get; }

    public static WorkspaceBody Read(JsonBody body) => new(body);

    // What would have no effect is not kept. What is already so may be said: programs send back what they have read.
    private static void RefuseUnbuilt(JsonBody body)
    {
        foreach (var name in (string[])["default_image_model", "default_provider_sort", "default_text_model"])
        {
            if (body.TextOrNull(name, 200) is { IsPresent: true, Value: not null })
            {
                body.Refuse(name, "cannot be set: this server has no defaults per workspace. It must be null.");
            }
        }

        foreach (var name in (string[])["is_observability_broadcast_enabled", "is_observability_io_logging_enabled"])
        {
            if (body.Flag(name).Or(false))
            {
                body.Refuse(name, "cannot be switched on: this server does not have that feature.");
            }
        }

        if (body.TextsOrNull("io_logging_api_key_ids", 0, 0, 1, null) is { IsPresent: true, Value: not null })
        {
            body.Refuse("io_logging_api_key_ids", "cannot be set: this server does not log prompts. It must be null.");
        }

        if (body.Dollars("io_logging_sampling_rate") is { IsPresent: true } rate && rate.Value != Core.Money.FromDollars(1))
        {
            body.Refuse("io_logging_sampling_rate", "cannot be set: this server does not log prompts. It must be 1.");
        }
    }

    private static bool IsSlug(string text)
    {
        var wasHyphen = true;
        foreach (var letter in text)
        {
            if (letter == '-' ? wasHyphen : !char.IsAsciiLetterLower(letter) && !char.IsAsciiDigit(letter))
            {
                return false;
            }

            wasHyphen = letter == '-';
        }

        return !wasHyphen;
    }
}
