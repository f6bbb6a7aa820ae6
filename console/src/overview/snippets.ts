export interface Snippet {
  id: string;
  label: string;
  code: string;
}

/** How to call this server, in the languages people ask for. */
export function snippets(baseUrl: string, key: string, model: string): Snippet[] {
  return [
    {
      id: "curl",
      label: "curl",
      code: `curl ${baseUrl}/chat/completions \\
  -H "Authorization: Bearer ${key}" \\
  -H "Content-Type: application/json" \\
  -d '{
    "model": "${model}",
    "messages": [{"role": "user", "content": "Hello!"}]
  }'`,
    },
    {
      id: "python",
      label: "Python",
      code: `from openai import OpenAI

client = OpenAI(
    base_url="${baseUrl}",
    api_key="${key}",
)

answer = client.chat.completions.create(
    model="${model}",
    messages=[{"role": "user", "content": "Hello!"}],
)
print(answer.choices[0].message.content)`,
    },
    {
      id: "typescript",
      label: "TypeScript",
      code: `import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "${baseUrl}",
  apiKey: "${key}",
});

const answer = await client.chat.completions.create({
  model: "${model}",
  messages: [{ role: "user", content: "Hello!" }],
});
console.log(answer.choices[0].message.content);`,
    },
    {
      id: "csharp",
      label: "C#",
      code: `using System.ClientModel;
using OpenAI;
using OpenAI.Chat;

var options = new OpenAIClientOptions { Endpoint = new Uri("${baseUrl}") };
var client = new ChatClient("${model}", new ApiKeyCredential("${key}"), options);

ChatCompletion answer = await client.CompleteChatAsync("Hello!");
Console.WriteLine(answer.Content[0].Text);`,
    },
  ];
}

export interface CodePiece {
  text: string;
  kind: "plain" | "string" | "word";
}

const PIECES = /("(?:[^"\\\n]|\\.)*")|\b(curl|from|import|print|const|await|new|using|var)\b/g;

/** Splits code into strings, keywords and the rest: enough colour to read by. */
export function colour(code: string): CodePiece[] {
  const pieces: CodePiece[] = [];
  let end = 0;
  for (const match of code.matchAll(PIECES)) {
    if (match.index > end) {
      pieces.push({ text: code.slice(end, match.index), kind: "plain" });
    }
    pieces.push({ text: match[0], kind: match[1] ? "string" : "word" });
    end = match.index + match[0].length;
  }
  pieces.push({ text: code.slice(end), kind: "plain" });
  return pieces;
}
