using System.Text.RegularExpressions;

namespace Patchbay.Providers;

/// <summary>Regions in the names of AWS's hosts.</summary>
internal static partial class AwsRegion
{
    /// <summary>The region that a host of AWS names, such as <c>us-east-1</c>; null for other hosts.</summary>
    public static string? InHost(string host)
    {
        if (!host.EndsWith(".amazonaws.com", StringComparison.OrdinalIgnoreCase)
            && !host.EndsWith(".amazonaws.com.cn", StringComparison.OrdinalIgnoreCase)
            && !host.EndsWith(".api.aws", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var labels = host.Split('.');
        for (var i = labels.Length - 1; i >= 0; i--)
        {
            if (Region().IsMatch(labels[i]))
            {
                return labels[i].ToLowerInvariant();
            }
        }

        return null;
    }

    [GeneratedRegex(@"^[a-z]{2,5}(-[a-z]{2,12}){1,3}-\d{1,2}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Region();
}
