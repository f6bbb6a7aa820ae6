using System.Globalization;
using System.Text;

namespace Patchbay.Providers;

/// <summary>Commands and replies of SMTP.</summary>
/// <param name="stream">The connection.</param>
internal sealed class SmtpDialogue(Stream stream)
{
    private const int LongestLine = 4096;
    private const int MostLines = 100;

    private readonly byte[] _buffer = new byte[LongestLine];
    private int _length;

    /// <summary>Says a line and reads the reply, without codes; any code will do for null.</summary>
    /// <exception cref="MailRefusedException">The reply has another code.</exception>
    public async Task<string> SayAsync(string line, int? expected, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), cancellationToken);
        await stream.FlushAsync(cancellationToken);
        return expected is { } code ? await ExpectAsync(code, cancellationToken) : "";
    }

    /// <summary>Reads a reply, without codes.</summary>
    public async Task<string> ExpectAsync(int expected, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        for (var i = 0; i < MostLines; i++)
        {
            var line = await ReadLineAsync(cancellationToken);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code))
            {
                throw new MailRefusedException("the mail server does not speak SMTP");
            }

            text.Append(line.Length > 4 ? line[4..] : "").Append('\n');
            if (line.Length == 3 || line[3] != '-')
            {
                return code == expected || (expected == 250 && code == 251)
                    ? text.ToString()
                    : throw new MailRefusedException(string.Create(CultureInfo.InvariantCulture, $"the mail server answered {code}"));
            }
        }

        throw new MailRefusedException("the mail server does not come to an end");
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var end = Array.IndexOf(_buffer, (byte)'\n', 0, _length);
            if (end >= 0)
            {
                var line = Encoding.ASCII.GetString(_buffer, 0, end).TrimEnd('\r');
                _buffer.AsSpan(end + 1, _length - end - 1).CopyTo(_buffer);
                _length -= end + 1;
                return line;
            }

            if (_length == _buffer.Length)
            {
                throw new MailRefusedException("the mail server does not speak SMTP");
            }

            var read = await stream.ReadAsync(_buffer.AsMemory(_length), cancellationToken);
            _length += read > 0 ? read : throw new IOException("The mail server closed the connection.");
        }
    }
}

/// <summary>The mail server said no. The message is for the log of deliveries and holds no secret.</summary>
/// <param name="message">What it said, in a few words.</param>
internal sealed class MailRefusedException(string message) : Exception(message);
