using Patchbay.Core;

namespace Patchbay.Providers.Tests;

public sealed class SharedProfilesTests
{
    // Each case: the lines of a config file joined by '|', the profile, the setting, and what is found.
    // The rules are those of docs.aws.amazon.com/sdkref/latest/guide/file-format.html.
    [Theory]
    [InlineData("[default]|region = us-east-1", "default", "region", "us-east-1")]
    [InlineData("[profile dev]|region=eu-west-1", "dev", "region", "eu-west-1")]
    [InlineData("[profile   dev]|region\t=\teu-west-1  ", "dev", "region", "eu-west-1")]
    [InlineData("[profile a b]|region = x", "a b", "region", "x")]
    [InlineData("[ profile dev ] # mine|region = x", "dev", "region", "x")]
    [InlineData("[dev]|region = x", "dev", "region", null)]
    [InlineData("[profile]|region = x", "profile", "region", null)]
    [InlineData("[sso-session dev]|region = x|[profile dev]|a = b", "dev", "region", null)]
    [InlineData("[services dev]|region = x|[profile dev]|a = b", "dev", "a", "b")]
    [InlineData("[default]|REGION = x", "default", "region", "x")]
    [InlineData("# a comment|; another||[default]|# region = y|region = x", "default", "region", "x")]
    [InlineData("[default]|region = x # here", "default", "region", "x")]
    [InlineData("[default]|region = x ; here", "default", "region", "x")]
    [InlineData("[default]|region = x#y;z", "default", "region", "x#y;z")]
    [InlineData("[default]|key = a=b==", "default", "key", "a=b==")]
    [InlineData("[default]|region =", "default", "region", null)]
    [InlineData("[default]|s3 =|  region = nested|output = json", "default", "region", null)]
    [InlineData("[default]|s3 =|  region = nested|output = json", "default", "output", "json")]
    [InlineData("[default]|region = a|region = b", "default", "region", "b")]
    [InlineData("[profile d]|region = a|[default]|x = y|[profile d]|output = b", "d", "region", "a")]
    [InlineData("[profile default]|region = a|[default]|region = b", "default", "region", "a")]
    [InlineData("[default]|region = b|[profile default]|output = a", "default", "region", null)]
    [InlineData("region = x|[default]|output = a", "default", "region", null)]
    [InlineData("", "default", "region", null)]
    public void A_config_file_is_read_as_aws_reads_it(string lines, string profile, string setting, string? expected)
    {
        foreach (var lineEnd in (string[])["\n", "\r\n"])
        {
            var profiles = new SharedProfiles();

            profiles.Add(lines.Replace("|", lineEnd, StringComparison.Ordinal), "config", isConfig: true);

            Assert.Equal(expected, profiles.Find(profile, setting));
        }
    }

    [Fact]
    public void The_credentials_file_wins_and_names_its_profiles_plainly()
    {
        var profiles = new SharedProfiles();
        profiles.Add("[profile dev]\naws_access_key_id = A\nregion = r\n[default]\naws_access_key_id = D", "config", isConfig: true);
        profiles.Add("[dev]\naws_access_key_id = B\n[default]\naws_access_key_id = E\n[profile dev]\nregion = s", "credentials", isConfig: false);

        Assert.Equal("B", profiles.Find("dev", "aws_access_key_id"));
        Assert.Equal("r", profiles.Find("dev", "region"));
        Assert.Equal("E", profiles.Find("default", "aws_access_key_id"));
        Assert.True(profiles.Has("dev"));
        Assert.False(profiles.Has("prod"));
    }

    [Theory]
    [InlineData("[default]\naws_secret_access_key hush-hush", "config:2: the line has no '='.")]
    [InlineData("[default]\n= hush-hush", "config:2: the line has no '='.")]
    [InlineData("[default", "config:1: the line is not a section.")]
    [InlineData("\n[default] hush-hush", "config:2: the line is not a section.")]
    public void A_wrong_line_is_named_and_not_shown(string text, string message)
    {
        var failure = Assert.Throws<CredentialException>(() => new SharedProfiles().Add(text, "config", isConfig: true));

        Assert.Equal((GatewayErrorKind.ProviderAuth, message), (failure.Kind, failure.Message));
    }
}
