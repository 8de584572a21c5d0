-- 0140_message_formats: a session as the message arrays that model SDKs take.
-- Makes: get_openai_messages, get_ui_messages.
-- Needs: 0010, 0030, 0050. Reads 0130 where it is. Locks: none. Breaking: no.

-- conversation_messages.parts holds what a client sent, verbatim: content parts of the OpenAI API or
-- parts of the AI SDK, told apart by their shape, and carriers: one part each for the fields of a
-- message that have no column, {type: data-openai-message, data: {name, refusal, ...}} and
-- {type: data-ui-message, data: {id, metadata, ...}}. Nothing checks them on the way in, so every
-- function here takes any JSON and leaves out what it cannot read.

create function private.carried_fields(p_parts jsonb, p_type text)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_part jsonb;
  v_fields jsonb;
begin
  for v_part in select e.part from jsonb_array_elements(p_parts) as e (part) loop
    if jsonb_typeof(v_part) = 'object' and v_part ->> 'type' = p_type
      and jsonb_typeof(v_part -> 'data') = 'object'
    then
      v_fields := coalesce(v_fields, '{}') || (v_part -> 'data');
    end if;
  end loop;
  return v_fields;
end
$$;
revoke all on function private.carried_fields(jsonb, text)
  from public, anon, authenticated, service_role;
grant execute on function private.carried_fields(jsonb, text) to authenticated, service_role;
comment on function private.carried_fields(jsonb, text) is
  'What the carriers of a type among parts hold, merged; null without a carrier.';

create function private.joined_texts(p_parts jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return to_jsonb(
    (
      select coalesce(string_agg(e.part ->> 'text', '' order by e.position), '')
      from jsonb_array_elements(p_parts) with ordinality as e (part, position)
      where e.part ->> 'type' = 'text'
    )
  );
end
$$;
revoke all on function private.joined_texts(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.joined_texts(jsonb) to authenticated, service_role;
comment on function private.joined_texts(jsonb) is 'The texts among parts as one JSON string.';

create function private.parsed_json(p_text text)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_json jsonb;
begin
  v_json := p_text::jsonb;
  -- What stands in a string was not looked at when it was stored.
  if private.has_wide_number(v_json) then
    return to_jsonb(p_text);
  end if;
  return v_json;
exception
  when data_exception or program_limit_exceeded then
    return to_jsonb(p_text);
end
$$;
revoke all on function private.parsed_json(text) from public, anon, authenticated, service_role;
grant execute on function private.parsed_json(text) to authenticated, service_role;
comment on function private.parsed_json(text) is
  'A text as the JSON that it is; a JSON string of it where it is none that a client can take.';

-- Ids and names are there, arguments are text: what the API demands of a call that it gets back.
create function private.openai_tool_calls(p_calls jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_call jsonb;
  v_calls jsonb := '[]'::jsonb;
  v_arguments jsonb;
begin
  for v_call in select e.call from jsonb_array_elements(p_calls) as e (call) loop
    if jsonb_typeof(v_call) <> 'object'
      or jsonb_typeof(v_call -> 'id') is distinct from 'string'
      or jsonb_path_exists(v_calls, 'strict $[*] ? (@.id == $id)', v_call)
    then
      continue;
    elsif v_call ->> 'type' = 'custom' then
      if jsonb_typeof(v_call -> 'custom' -> 'name') = 'string'
        and jsonb_typeof(v_call -> 'custom' -> 'input') = 'string'
      then
        v_calls := v_calls || jsonb_build_array(v_call);
      end if;
    elsif jsonb_typeof(v_call -> 'function' -> 'name') = 'string' then
      v_arguments := coalesce(v_call -> 'function' -> 'arguments', 'null');
      v_calls := v_calls || jsonb_build_array(
        v_call || jsonb_build_object(
          'type', 'function',
          'function', (v_call -> 'function') || jsonb_build_object(
            'arguments', case jsonb_typeof(v_arguments)
              when 'string' then v_arguments
              when 'null' then '"{}"'
              else to_jsonb(v_arguments::text)
            end
          )
        )
      );
    end if;
  end loop;
  return v_calls;
end
$$;
revoke all on function private.openai_tool_calls(jsonb)
  from public, anon, authenticated, service_role;
grant execute on function private.openai_tool_calls(jsonb) to authenticated, service_role;
comment on function private.openai_tool_calls(jsonb) is
  'The valid ones of stored tool calls, each id once; an empty array for null.';

-- By the schemas of the AI SDK 6 and 7, whose validator refuses a whole conversation for one bad part.
create function private.is_ui_part(p_part jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_type text;
  v_state text;
  v_approval jsonb;
begin
  if jsonb_typeof(p_part) is distinct from 'object'
    or jsonb_typeof(p_part -> 'type') is distinct from 'string'
  then
    return false;
  end if;
  v_type := p_part ->> 'type';
  if v_type = 'step-start' then
    return true;
  elsif starts_with(v_type, 'data-') then
    return p_part ? 'data' and coalesce(jsonb_typeof(p_part -> 'id'), 'string') = 'string';
  elsif exists (
    select 1
    from unnest(
      array['providerMetadata', 'callProviderMetadata', 'resultProviderMetadata']
    ) as k (name)
    where jsonb_typeof(p_part -> k.name) <> 'object'
      or jsonb_path_exists(
        p_part -> k.name, 'strict $.* ? (@.type() != "object")', silent => true
      )
  ) then
    return false;
  elsif v_type in ('text', 'reasoning') then
    return coalesce(
      jsonb_typeof(p_part -> 'text') = 'string'
        and coalesce(p_part -> 'state', '"done"') in ('"streaming"', '"done"')
        and (v_type = 'text' or coalesce(jsonb_typeof(p_part -> 'id'), 'string') = 'string'),
      false
    );
  elsif v_type = 'file' then
    return coalesce(
      jsonb_typeof(p_part -> 'mediaType') = 'string' and jsonb_typeof(p_part -> 'url') = 'string'
        and coalesce(jsonb_typeof(p_part -> 'filename'), 'string') = 'string',
      false
    );
  elsif v_type = 'reasoning-file' then
    return coalesce(
      jsonb_typeof(p_part -> 'mediaType') = 'string' and jsonb_typeof(p_part -> 'url') = 'string',
      false
    );
  elsif v_type = 'custom' then
    return coalesce(jsonb_typeof(p_part -> 'kind') = 'string', false);
  elsif v_type = 'steering-message' then
    return coalesce(
      jsonb_typeof(p_part -> 'id') = 'string' and jsonb_typeof(p_part -> 'parts') = 'array', false
    );
  elsif v_type = 'source-url' then
    return coalesce(
      jsonb_typeof(p_part -> 'sourceId') = 'string' and jsonb_typeof(p_part -> 'url') = 'string'
        and coalesce(jsonb_typeof(p_part -> 'title'), 'string') = 'string',
      false
    );
  elsif v_type = 'source-document' then
    return coalesce(
      jsonb_typeof(p_part -> 'sourceId') = 'string'
        and jsonb_typeof(p_part -> 'mediaType') = 'string'
        and jsonb_typeof(p_part -> 'title') = 'string'
        and coalesce(jsonb_typeof(p_part -> 'filename'), 'string') = 'string',
      false
    );
  elsif not starts_with(v_type, 'tool-')
    and (
      v_type <> 'dynamic-tool' or jsonb_typeof(p_part -> 'toolName') is distinct from 'string'
      or coalesce(p_part -> 'dynamic', 'false') <> 'false'
    )
  then
    return false;
  elsif jsonb_typeof(p_part -> 'toolCallId') is distinct from 'string'
    or jsonb_typeof(p_part -> 'state') is distinct from 'string'
    or coalesce(jsonb_typeof(p_part -> 'title'), 'string') <> 'string'
    or coalesce(jsonb_typeof(p_part -> 'toolMetadata'), 'object') <> 'object'
    or coalesce(jsonb_typeof(p_part -> 'providerExecuted'), 'boolean') <> 'boolean'
  then
    return false;
  end if;

  v_state := p_part ->> 'state';
  v_approval := p_part -> 'approval';
  if v_approval is not null
    and (
      jsonb_typeof(v_approval) <> 'object'
      or jsonb_typeof(v_approval -> 'id') is distinct from 'string'
      or coalesce(jsonb_typeof(v_approval -> 'signature'), 'string') <> 'string'
      or coalesce(jsonb_typeof(v_approval -> 'reason'), 'string') <> 'string'
    )
  then
    return false;
  elsif p_part ? 'output' <> (v_state = 'output-available')
    or p_part ? 'errorText' <> (v_state = 'output-error')
    or coalesce(jsonb_typeof(p_part -> 'errorText'), 'string') <> 'string'
  then
    return false;
  end if;
  return case v_state
    when 'input-streaming' then
      v_approval is null
      and coalesce(jsonb_typeof(p_part -> 'rawInput'), 'string') = 'string'
      and coalesce(p_part -> 'inputEncoding', '"json"') in ('"json"', '"text"')
    when 'input-available' then p_part ? 'input' and v_approval is null
    when 'approval-requested' then
      p_part ? 'input' and v_approval is not null and not v_approval ?| array['approved', 'reason']
    when 'approval-responded' then
      p_part ? 'input' and coalesce(jsonb_typeof(v_approval -> 'approved') = 'boolean', false)
    when 'output-available' then
      p_part ? 'input' and (v_approval is null or coalesce(v_approval -> 'approved', 'null') = 'true')
      and coalesce(jsonb_typeof(p_part -> 'preliminary'), 'boolean') = 'boolean'
    when 'output-error' then
      v_approval is null or coalesce(v_approval -> 'approved', 'null') = 'true'
    when 'output-denied' then
      p_part ? 'input' and coalesce(v_approval -> 'approved' = 'false', false)
    else false
  end;
end
$$;
revoke all on function private.is_ui_part(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.is_ui_part(jsonb) to authenticated, service_role;
comment on function private.is_ui_part(jsonb) is 'Whether the AI SDK takes it as a part of a UIMessage.';

create function private.is_ui_shaped(p_part jsonb)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  if jsonb_typeof(p_part) is distinct from 'object' then
    return false;
  end if;
  return case p_part ->> 'type'
    when 'text' then p_part ?| array['state', 'providerMetadata']
    when 'file' then p_part ? 'mediaType'
    when 'data-openai-message' then false
    else coalesce(
      p_part ->> 'type' in (
        'reasoning', 'source-url', 'source-document', 'step-start', 'dynamic-tool', 'reasoning-file',
        'custom', 'steering-message'
      )
      or starts_with(p_part ->> 'type', 'tool-')
      or starts_with(p_part ->> 'type', 'data-'),
      false
    )
  end;
end
$$;
revoke all on function private.is_ui_shaped(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.is_ui_shaped(jsonb) to authenticated, service_role;
comment on function private.is_ui_shaped(jsonb) is
  'Whether only the AI SDK writes a part of this shape; a bare text is anybody''s.';

create function private.openai_part(p_part jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_url text;
  v_media_type text;
begin
  if jsonb_typeof(p_part) is distinct from 'object'
    or jsonb_typeof(p_part -> 'type') is distinct from 'string'
    or p_part ->> 'type' = 'data-openai-message'
  then
    return null;
  elsif not private.is_ui_shaped(p_part) then
    -- Verbatim, also of a type that is not known here.
    return case
      when case p_part ->> 'type'
        when 'text' then jsonb_typeof(p_part -> 'text') = 'string'
        when 'refusal' then jsonb_typeof(p_part -> 'refusal') = 'string'
        when 'image_url' then jsonb_typeof(p_part -> 'image_url' -> 'url') = 'string'
        when 'input_audio' then jsonb_typeof(p_part -> 'input_audio' -> 'data') = 'string'
        when 'file' then jsonb_typeof(p_part -> 'file') = 'object'
        else true
      end then p_part
    end;
  elsif not private.is_ui_part(p_part) then
    return null;
  elsif p_part ->> 'type' = 'text' then
    return jsonb_build_object('type', 'text', 'text', p_part -> 'text');
  elsif p_part ->> 'type' <> 'file' then
    return null;
  end if;
  v_url := p_part ->> 'url';
  v_media_type := p_part ->> 'mediaType';
  return case
    when starts_with(v_media_type, 'image/') then
      jsonb_build_object('type', 'image_url', 'image_url', jsonb_build_object('url', v_url))
    -- The API takes files inside the request alone, so an address is told in words.
    when not starts_with(v_url, 'data:') then jsonb_build_object('type', 'text', 'text', v_url)
    when v_media_type in ('audio/wav', 'audio/mpeg', 'audio/mp3') then
      jsonb_build_object(
        'type', 'input_audio',
        'input_audio', jsonb_build_object(
          'data', substr(v_url, strpos(v_url, ',') + 1),
          'format', case v_media_type when 'audio/wav' then 'wav' else 'mp3' end
        )
      )
    else
      jsonb_build_object(
        'type', 'file',
        'file', jsonb_build_object(
          'filename', coalesce(p_part ->> 'filename', 'file'), 'file_data', v_url
        )
      )
  end;
end
$$;
revoke all on function private.openai_part(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.openai_part(jsonb) to authenticated, service_role;
comment on function private.openai_part(jsonb) is
  'A stored part as a content part of the OpenAI API; null where that has none for it.';

create function private.ui_part(p_part jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_part jsonb := p_part;
  v_url text;
begin
  -- JSON has no undefined: what a tool without an argument or a result leaves out is null.
  if jsonb_typeof(p_part -> 'toolCallId') = 'string' then
    if p_part ->> 'state' not in ('input-streaming', 'output-error') then
      v_part := '{"input": null}' || v_part;
    end if;
    if p_part ->> 'state' = 'output-available' then
      v_part := '{"output": null}' || v_part;
    end if;
  end if;
  if private.is_ui_part(v_part) then
    return case
      when v_part ->> 'type' not in ('data-openai-message', 'data-ui-message') then v_part
    end;
  elsif private.openai_part(p_part) is null then
    return null;
  end if;
  v_url := case p_part ->> 'type'
    when 'image_url' then p_part -> 'image_url' ->> 'url'
    when 'input_audio' then
      case p_part -> 'input_audio' ->> 'format'
        when 'wav' then 'data:audio/wav;base64,'
        else 'data:audio/mpeg;base64,'
      end || (p_part -> 'input_audio' ->> 'data')
    when 'file' then
      case
        when starts_with(p_part -> 'file' ->> 'file_data', 'data:') then ''
        else 'data:application/octet-stream;base64,'
      end || (p_part -> 'file' ->> 'file_data')
  end;
  return case
    when p_part ->> 'type' = 'refusal' then
      jsonb_build_object('type', 'text', 'text', p_part -> 'refusal')
    -- Neither a text nor a file that travels along: the app may know it.
    when v_url is null then jsonb_build_object('type', 'data-openai-part', 'data', p_part)
    else
      jsonb_build_object(
        'type', 'file',
        'mediaType', coalesce(substring(v_url from '^data:([^;,]+)'), 'image/*'),
        'url', v_url
      )
      || case
        when jsonb_typeof(p_part -> 'file' -> 'filename') = 'string' then
          jsonb_build_object('filename', p_part -> 'file' -> 'filename')
        else '{}'
      end
  end;
end
$$;
revoke all on function private.ui_part(jsonb) from public, anon, authenticated, service_role;
grant execute on function private.ui_part(jsonb) to authenticated, service_role;
comment on function private.ui_part(jsonb) is
  'A stored part as a part of a UIMessage; null for carriers and for what cannot be read.';

create function private.is_left_out(p_message public.conversation_messages)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return p_message.role = 'assistant' and p_message.status in ('failed', 'cancelled')
    and p_message.content = ''
    and not exists (
      select 1
      from jsonb_array_elements(p_message.parts) as e (part)
      where private.ui_part(e.part) is not null
    );
end
$$;
revoke all on function private.is_left_out(public.conversation_messages)
  from public, anon, authenticated, service_role;
grant execute on function private.is_left_out(public.conversation_messages)
  to authenticated, service_role;
comment on function private.is_left_out(public.conversation_messages) is
  'Whether it is an answer that failed or was cancelled before it had any content.';

create function private.openai_messages_of_steps(p_message public.conversation_messages)
returns jsonb[]
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_step record;
  v_calls jsonb;
  v_has_tools boolean := false;
  v_has_text boolean := false;
  v_last integer := 0;  -- the message of the last step
  v_messages jsonb[] := '{}'::jsonb[];
begin
  for v_step in
    with parts as (
      select e.position, u.part, case
          when u.part ->> 'type' = 'step-start' then 'start'
          when u.part ->> 'type' = 'text' then 'text'
          when u.part ->> 'toolCallId' is not null then 'tool'
        end as kind
      from jsonb_array_elements(p_message.parts) with ordinality as e (part, position)
      cross join lateral (select private.ui_part(e.part) as part) as u
    ), starts as (
      select
        p.*,
        p.kind = 'start' or (p.kind = 'text' and lag(p.kind) over (order by p.position) = 'tool')
          as is_start
      from parts as p
      where p.kind is not null
    ), steps as (
      select s.*, count(*) filter (where s.is_start) over (order by s.position) as step from starts as s
    )
    select
      string_agg(s.part ->> 'text', '' order by s.position) filter (where s.kind = 'text') as content,
      bool_or(s.kind = 'tool') as has_tools,
      jsonb_agg(
        jsonb_build_object(
          'id', s.part -> 'toolCallId',
          'type', 'function',
          'function', jsonb_build_object(
            'name', coalesce(s.part ->> 'toolName', substr(s.part ->> 'type', 6)),
            'arguments', case
              when coalesce(s.part -> 'input', 'null') <> 'null' then (s.part -> 'input')::text
              else coalesce(s.part ->> 'rawInput', '{}')
            end
          )
        )
        order by s.position
      ) filter (where s.kind = 'tool' and s.part ->> 'state' <> 'input-streaming') as calls,
      array_agg(
        jsonb_build_object(
          'role', 'tool',
          'tool_call_id', s.part -> 'toolCallId',
          'content', case s.part ->> 'state'
            when 'output-error' then s.part ->> 'errorText'
            when 'output-denied' then
              coalesce(s.part -> 'approval' ->> 'reason', 'Tool call execution denied.')
            else
              case jsonb_typeof(s.part -> 'output')
                when 'string' then s.part ->> 'output'
                else (s.part -> 'output')::text
              end
          end
        )
        order by s.position
      ) filter (
        where s.part ->> 'state' in ('output-error', 'output-denied')
          or (
            s.part ->> 'state' = 'output-available'
            and coalesce(s.part -> 'preliminary', 'false') = 'false'
          )
      ) as answers
    from steps as s
    group by s.step
    order by s.step
  loop
    v_calls := private.openai_tool_calls(v_step.calls);
    v_has_tools := v_has_tools or v_step.has_tools;
    v_has_text := v_has_text or v_step.content is not null;
    if v_calls <> '[]' or v_step.content <> '' then
      v_messages := v_messages || (
        jsonb_build_object('role', 'assistant', 'content', nullif(v_step.content, ''))
        || case when v_calls <> '[]' then jsonb_build_object('tool_calls', v_calls) else '{}' end
      );
      v_last := cardinality(v_messages);
      v_messages := v_messages || v_step.answers;
    end if;
  end loop;

  -- What stands in the columns alone.
  v_calls := case
    when v_has_tools then '[]'
    else private.openai_tool_calls(p_message.tool_calls)
  end;
  if not v_has_text and p_message.content <> '' or v_calls <> '[]' then
    if v_last = 0 or v_last < cardinality(v_messages) then
      v_messages := v_messages || '{"role": "assistant", "content": null}'::jsonb;
      v_last := cardinality(v_messages);
    end if;
    v_messages[v_last] := v_messages[v_last]
      || case
        when v_has_text then '{}'
        else jsonb_build_object('content', nullif(p_message.content, ''))
      end
      || case when v_calls <> '[]' then jsonb_build_object('tool_calls', v_calls) else '{}' end;
  end if;
  return v_messages;
end
$$;
revoke all on function private.openai_messages_of_steps(public.conversation_messages)
  from public, anon, authenticated, service_role;
grant execute on function private.openai_messages_of_steps(public.conversation_messages)
  to authenticated, service_role;
comment on function private.openai_messages_of_steps(public.conversation_messages) is
  'An answer of the AI SDK as messages of the OpenAI API: one a step, then what its tools gave back.';

create function private.openai_messages_of(p_message public.conversation_messages)
returns jsonb[]
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_fields constant jsonb := private.carried_fields(p_message.parts, 'data-openai-message');
  v_calls jsonb := '[]'::jsonb;
  v_parts jsonb;
  v_has_text boolean;
  v_is_ui boolean;
  v_content jsonb;
begin
  if private.is_left_out(p_message) then
    return '{}'::jsonb[];
  end if;
  v_is_ui := exists (
    select 1
    from jsonb_array_elements(p_message.parts) as e (part)
    where private.is_ui_shaped(e.part)
  );
  select
    coalesce(jsonb_agg(o.part order by e.position), '[]'),
    coalesce(bool_or(o.part ->> 'type' in ('text', 'refusal')), false)
  into v_parts, v_has_text
  from jsonb_array_elements(p_message.parts) with ordinality as e (part, position)
  cross join lateral (select private.openai_part(e.part) as part) as o
  -- What is not known here is a gateway's own, but beside parts of the AI SDK it is a new one of these.
  where o.part is not null
    and (
      not v_is_ui
      or o.part ->> 'type' in ('text', 'refusal', 'image_url', 'input_audio', 'file')
    );

  if p_message.role = 'assistant' then
    if v_is_ui then
      return private.openai_messages_of_steps(p_message);
    end if;
    v_calls := private.openai_tool_calls(p_message.tool_calls);
  elsif v_is_ui and v_parts = '[]' and p_message.content = '' then
    -- Data for the app, and nothing for the model.
    return '{}'::jsonb[];
  end if;

  v_content := case
    when v_parts <> '[]' and not v_has_text and p_message.content <> '' then
      jsonb_build_array(jsonb_build_object('type', 'text', 'text', p_message.content)) || v_parts
    when v_is_ui and v_has_text and (p_message.role <> 'user' or jsonb_array_length(v_parts) = 1) then
      private.joined_texts(v_parts)
    when v_parts <> '[]' then v_parts
    when p_message.content <> '' then to_jsonb(p_message.content)
    when p_message.role = 'tool' and p_message.error_message <> '' then
      to_jsonb(p_message.error_message)
    when p_message.role <> 'assistant' then '""'
    -- No content, a content of null and an empty one are three things.
    when v_fields -> 'content' in ('null', '""') then v_fields -> 'content'
    when p_message.parts is null and v_calls <> '[]' then 'null'
    when v_fields is not null and v_calls <> '[]' then null
    when coalesce(v_fields -> 'refusal', 'null') <> 'null'
      or coalesce(v_fields -> 'audio', 'null') <> 'null'
    then
      'null'
    else '""'
  end;
  if p_message.status <> 'complete' and v_content = '""' and v_calls = '[]'
    and p_message.role = 'assistant'
  then
    return '{}'::jsonb[];
  end if;
  return array[
    (coalesce(v_fields, '{}') - array['role', 'content', 'tool_calls', 'tool_call_id'])
    || jsonb_build_object(
      'role', case
        when p_message.role = 'system' and v_fields ->> 'role' = 'developer' then 'developer'
        else p_message.role::text
      end
    )
    || case when v_content is null then '{}' else jsonb_build_object('content', v_content) end
    || case when v_calls = '[]' then '{}' else jsonb_build_object('tool_calls', v_calls) end
    || case
      when p_message.role = 'tool' then jsonb_build_object('tool_call_id', p_message.tool_call_id)
      else '{}'
    end
  ];
end
$$;
revoke all on function private.openai_messages_of(public.conversation_messages)
  from public, anon, authenticated, service_role;
grant execute on function private.openai_messages_of(public.conversation_messages)
  to authenticated, service_role;
comment on function private.openai_messages_of(public.conversation_messages) is
  'What a stored message says to the OpenAI API; nothing for what that does not hear.';

create function private.ended_run(p_session_id uuid, p_message_id uuid, p_tool_call_id text)
returns table (output jsonb, error text, told text)
language plpgsql
stable
rows 1
set search_path = ''
as $$
begin
  return query
  select t.output, e.error, coalesce(e.error, t.output #>> '{}', 'null')
  from public.tool_executions as t
  cross join lateral (
    select
      case t.status
        when 'completed' then null
        when 'failed' then coalesce(t.error, '')
        else coalesce(nullif(t.error, ''), 'Tool call cancelled.')
      end as error
  ) as e
  where t.session_id = p_session_id and t.message_id = p_message_id
    and t.tool_call_id = p_tool_call_id and t.status not in ('pending', 'running')
  order by t.status = 'completed' desc, t.created_at desc
  limit 1;
end
$$;
revoke all on function private.ended_run(uuid, uuid, text) from public, anon, authenticated, service_role;
grant execute on function private.ended_run(uuid, uuid, text) to authenticated, service_role;
comment on function private.ended_run(uuid, uuid, text) is
  'What the run of a call gave, where one is over: its output, or with an error what went wrong; told: either, '
  'as the model reads it. Where 0130 is.';

create function private.with_ended_runs(p_messages public.conversation_messages[])
returns public.conversation_messages[]
language plpgsql
stable
set search_path = ''
as $$
declare
  v_message public.conversation_messages;
  v_answer public.conversation_messages;
  v_all public.conversation_messages[];
  v_answered text[];
  v_said jsonb[];
  v_next jsonb[];
begin
  for i in 1 .. coalesce(cardinality(p_messages), 0) loop
    v_message := p_messages[i];
    v_all := v_all || v_message;
    -- Most have no calls.
    continue when v_message.role <> 'assistant' or coalesce(v_message.tool_calls, v_message.parts) is null;
    v_said := private.openai_messages_of(v_message);
    -- Behind it alone: some models give the same ids in every turn.
    v_answered := '{}';
    for j in i + 1 .. cardinality(p_messages) loop
      v_next := private.openai_messages_of(p_messages[j]);
      continue when v_next = '{}';
      exit when v_next[1] ->> 'role' <> 'tool';
      v_answered := v_answered || coalesce(v_next[1] ->> 'tool_call_id', '');
    end loop;
    v_answer := null;
    v_answer.role := 'tool';
    v_answer.status := 'complete';
    v_answer.content_type := 'text';
    v_answer.metadata := '{}';
    v_answer.content_mode := v_message.content_mode;
    for v_answer.tool_call_id, v_answer.content in
      select c.call ->> 'id', r.told
      from unnest(v_said) with ordinality as o (message, position)
      cross join lateral jsonb_array_elements(o.message -> 'tool_calls') with ordinality
        as c (call, position)
      cross join lateral private.ended_run(v_message.session_id, v_message.id, c.call ->> 'id') as r
      where c.call ->> 'id' <> all (v_answered)
        and not to_jsonb(v_said)
          @> jsonb_build_array(jsonb_build_object('role', 'tool', 'tool_call_id', c.call -> 'id'))
      order by o.position, c.position
    loop
      v_all := v_all || v_answer;
    end loop;
  end loop;
  return v_all;
end
$$;
revoke all on function private.with_ended_runs(public.conversation_messages[])
  from public, anon, authenticated, service_role;
comment on function private.with_ended_runs(public.conversation_messages[]) is
  'Messages of a session, and behind each with tool calls what their runs gave, as messages of the tools, '
  'where none of the messages behind it says it. Where 0130 is.';

create function public.get_openai_messages(p_session_id uuid, p_limit integer default 50)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  c_has_runs constant boolean := to_regproc('private.add_tool_executions') is not null;
  v_row public.conversation_messages;
  v_of_row jsonb[];
  v_all jsonb[] := '{}'::jsonb[];
  v_ids uuid[] := '{}'::uuid[];  -- which stored message each of them is
  v_messages jsonb[] := '{}'::jsonb[];
  v_message jsonb;
  v_at integer := 1;
  v_next integer;  -- the message behind v_at and its answers
  v_calls jsonb;
  v_given jsonb[];  -- what may answer the calls
  v_answers jsonb[];
begin
  for v_row in
    select h.*
    from public.get_conversation_history(p_session_id, p_limit) as h
    order by h.sequence_order
  loop
    v_of_row := private.openai_messages_of(v_row);
    v_all := v_all || v_of_row;
    v_ids := v_ids || array_fill(v_row.id, array[cardinality(v_of_row)]);
  end loop;

  -- The API takes a call only with its answer behind it, and an answer only behind its call. At the
  -- end a call may still wait.
  while v_at <= cardinality(v_all) loop
    v_message := v_all[v_at];
    v_next := v_at + 1;
    while v_all[v_next] ->> 'role' = 'tool' loop
      v_next := v_next + 1;
    end loop;
    v_answers := null;
    if v_message ? 'tool_calls' then
      v_given := v_all[v_at + 1 : v_next - 1];
      -- What a run gave comes last: before it, what a message says that the model was told.
      if c_has_runs then
        v_given := v_given || array(
          select
            jsonb_build_object(
              'role', 'tool',
              'tool_call_id', c.call -> 'id',
              'content', r.told
            )
          from jsonb_array_elements(v_message -> 'tool_calls') with ordinality as c (call, position)
          cross join lateral private.ended_run(p_session_id, v_ids[v_at], c.call ->> 'id') as r
          order by c.position
        );
      end if;
      select jsonb_agg(c.call order by c.position) into v_calls
      from jsonb_array_elements(v_message -> 'tool_calls') with ordinality as c (call, position)
      where v_next > cardinality(v_all)
        or exists (
          select 1
          from unnest(v_given) as a (answer)
          where a.answer ->> 'tool_call_id' = c.call ->> 'id'
        );
      select array_agg(f.answer order by f.position) into v_answers
      from (
        select distinct on (a.answer ->> 'tool_call_id') a.answer, a.position
        from unnest(v_given) with ordinality as a (answer, position)
        where exists (
          select 1
          from jsonb_array_elements(v_calls) as c (call)
          where c.call ->> 'id' = a.answer ->> 'tool_call_id'
        )
        order by a.answer ->> 'tool_call_id', a.position
      ) as f;
      v_message := case
        when v_calls is not null then v_message || jsonb_build_object('tool_calls', v_calls)
        when coalesce(v_message -> 'content', 'null') not in ('null', '""')
          or coalesce(v_message -> 'refusal', 'null') <> 'null'
          or coalesce(v_message -> 'audio', 'null') <> 'null'
        then
          v_message - 'tool_calls'
      end;
    elsif v_message ->> 'role' = 'tool' then
      v_message := null;
    end if;
    if v_message is not null then
      v_messages := v_messages || v_message || v_answers;
    end if;
    v_at := v_next;
  end loop;
  return to_jsonb(v_messages);
end
$$;
revoke all on function public.get_openai_messages(uuid, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.get_openai_messages(uuid, integer) to authenticated, service_role;
comment on function public.get_openai_messages(uuid, integer) is
  E'The branch that is shown as the messages array of the OpenAI API, tool calls included.\n\n'
  'p_limit: stored messages from the end, 1 to 200, default 50. What was stored in that shape comes '
  'back as it was; messages of the AI SDK are translated. A call without a message of its tool has what '
  'its run in tool_executions gave, once that is over. Left out: answers of tools without '
  'their call, calls without their answer unless they end the array, failed answers without content. '
  'Returns: a JSON array, oldest first, empty for an empty session. '
  'Who: the session''s user, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT404 SESSION_NOT_FOUND.';

create function private.ui_message_of(p_message public.conversation_messages)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_fields constant jsonb := private.carried_fields(p_message.parts, 'data-ui-message');
  v_parts jsonb;
  v_has_text boolean;
  v_has_tools boolean;
  v_text jsonb;
begin
  select
    coalesce(jsonb_agg(u.part order by e.position) filter (where u.part is not null), '[]'),
    coalesce(bool_or(u.part ->> 'type' = 'text'), false),
    coalesce(bool_or(u.part ? 'toolCallId'), false)
  into v_parts, v_has_text, v_has_tools
  from jsonb_array_elements(p_message.parts) with ordinality as e (part, position)
  cross join lateral (select private.ui_part(e.part) as part) as u;

  if not v_has_text
    and (p_message.content <> '' or (v_parts = '[]' and p_message.role <> 'assistant'))
  then
    v_text := jsonb_build_array(
      jsonb_build_object('type', 'text', 'text', p_message.content)
      || case p_message.status when 'streaming' then '{"state": "streaming"}' else '{}' end::jsonb
    );
    v_parts := case p_message.role when 'assistant' then v_parts || v_text else v_text || v_parts end;
  end if;
  if not v_has_tools and p_message.role = 'assistant' then
    v_parts := v_parts || coalesce(
      (
        select
          jsonb_agg(
            jsonb_build_object(
              'type', 'dynamic-tool',
              'toolName', c.call -> (
                case c.call ->> 'type' when 'custom' then 'custom' else 'function' end
              ) -> 'name',
              'toolCallId', c.call -> 'id',
              'state', 'input-available',
              'input', case c.call ->> 'type'
                when 'custom' then c.call -> 'custom' -> 'input'
                else private.parsed_json(c.call -> 'function' ->> 'arguments')
              end
            )
            order by c.position
          )
        from jsonb_array_elements(private.openai_tool_calls(p_message.tool_calls)) with ordinality
          as c (call, position)
      ),
      '[]'
    );
    if v_parts @> '[{"type": "dynamic-tool"}]' and v_parts -> 0 ->> 'type' <> 'step-start' then
      v_parts := '[{"type": "step-start"}]' || v_parts;
    end if;
  end if;
  return (coalesce(v_fields, '{}') - array['id', 'role', 'parts']) || jsonb_build_object(
    'id', case jsonb_typeof(v_fields -> 'id')
      when 'string' then v_fields ->> 'id'
      else p_message.id::text
    end,
    'role', p_message.role,
    'parts', v_parts
  );
end
$$;
revoke all on function private.ui_message_of(public.conversation_messages)
  from public, anon, authenticated, service_role;
grant execute on function private.ui_message_of(public.conversation_messages)
  to authenticated, service_role;
comment on function private.ui_message_of(public.conversation_messages) is
  'A stored message, not one of a tool, as a UIMessage of its own.';

create function private.ui_answer_of(p_message public.conversation_messages)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  v_output jsonb := (private.openai_messages_of(p_message))[1] -> 'content';
begin
  if jsonb_typeof(v_output) = 'array'
    and not jsonb_path_exists(v_output, 'strict $[*] ? (@.type != "text")')
  then
    v_output := private.joined_texts(v_output);
  end if;
  if p_message.error_message <> '' or p_message.status = 'failed' then
    return jsonb_build_object(
      'state', 'output-error',
      'errorText', coalesce(nullif(v_output #>> '{}', ''), p_message.error_message, '')
    );
  end if;
  return jsonb_build_object('state', 'output-available', 'output', v_output);
end
$$;
revoke all on function private.ui_answer_of(public.conversation_messages)
  from public, anon, authenticated, service_role;
grant execute on function private.ui_answer_of(public.conversation_messages)
  to authenticated, service_role;
comment on function private.ui_answer_of(public.conversation_messages) is
  'What a message of a tool changes in the part of its call.';

create function public.get_ui_messages(p_session_id uuid, p_limit integer default 50)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  c_has_runs constant boolean := to_regproc('private.add_tool_executions') is not null;
  v_row public.conversation_messages;
  v_messages jsonb[] := '{}'::jsonb[];
  v_message jsonb;
  v_last integer;
  v_call integer;                 -- the place of a waiting call in the last message
  v_is_waiting boolean := false;  -- the last message has calls without an answer, or had
  v_is_answered boolean := false; -- and a tool answered one
  v_is_verbatim boolean := false; -- it is as the AI SDK wrote it
  v_ran text[];                   -- the calls in it that a run answered, and no message so far
  v_parts jsonb;
begin
  for v_row in
    select h.*
    from public.get_conversation_history(p_session_id, p_limit) as h
    order by h.sequence_order
  loop
    if private.is_left_out(v_row) then
      continue;
    end if;
    v_last := cardinality(v_messages);
    if v_row.role = 'tool' then
      if v_is_waiting then
        select e.position - 1 into v_call
        from jsonb_array_elements(v_messages[v_last] -> 'parts') with ordinality as e (part, position)
        where e.part ->> 'toolCallId' = v_row.tool_call_id
          and (e.part ->> 'state' = 'input-available' or v_row.tool_call_id = any (v_ran))
        -- The first that waits, or the last: an id may come again in another step.
        order by case e.part ->> 'state' when 'input-available' then e.position else 1e9 - e.position end
        limit 1;
        if found then
          v_messages[v_last] := jsonb_set(
            v_messages[v_last], array['parts', v_call::text],
            ((v_messages[v_last] -> 'parts' -> v_call) - array['output', 'errorText'])
            || private.ui_answer_of(v_row)
          );
          v_ran := array_remove(v_ran, v_row.tool_call_id);
          v_is_answered := true;
          v_is_verbatim := false;
        end if;
      end if;
      continue;
    end if;

    v_message := private.ui_message_of(v_row);
    if v_is_waiting and not v_is_verbatim then
      -- A call that nothing answered breaks the next turn.
      v_messages[v_last] := v_messages[v_last] || jsonb_build_object(
        'parts', jsonb_path_query_array(
          v_messages[v_last] -> 'parts',
          'lax $[*] ? (!exists(@.toolCallId) || @.state != "input-available")'
        )
      );
      if not jsonb_path_exists(
        v_messages[v_last] -> 'parts', 'strict $[*] ? (@.type != "step-start")'
      ) then
        v_messages := v_messages[: v_last - 1];
      end if;
    end if;
    if v_is_answered and v_row.role = 'assistant'
      and not coalesce(v_row.parts @> '[{"type": "data-ui-message"}]', false)
    then
      v_messages[v_last] := jsonb_set(
        v_messages[v_last], '{parts}',
        (v_messages[v_last] -> 'parts')
        || case
          when v_message -> 'parts' -> 0 ->> 'type' = 'step-start' then '[]'
          else '[{"type": "step-start"}]'
        end::jsonb
        || (v_message -> 'parts')
      );
    else
      v_messages := v_messages || v_message;
      v_is_verbatim := coalesce(v_row.parts @> '[{"type": "data-ui-message"}]', false);
    end if;
    v_is_waiting := v_row.role = 'assistant'
      and v_message -> 'parts' @> '[{"state": "input-available"}]';
    v_is_answered := false;
    v_ran := null;
    if v_is_waiting and not v_is_verbatim and c_has_runs then
      select
        jsonb_agg(e.part || coalesce(r.answer, '{}') order by e.position),
        array_agg(e.part ->> 'toolCallId') filter (where r.answer is not null)
      into v_parts, v_ran
      from jsonb_array_elements(v_messages[cardinality(v_messages)] -> 'parts') with ordinality
        as e (part, position)
      left join lateral (
        select
          case
            when t.error is null then
              jsonb_build_object('state', 'output-available', 'output', coalesce(t.output, 'null'))
            else jsonb_build_object('state', 'output-error', 'errorText', t.error)
          end as answer
        from private.ended_run(p_session_id, v_row.id, e.part ->> 'toolCallId') as t
        where e.part ->> 'state' = 'input-available'
      ) as r on true;
      v_messages[cardinality(v_messages)] :=
        v_messages[cardinality(v_messages)] || jsonb_build_object('parts', v_parts);
      v_is_answered := v_ran is not null;
    end if;
  end loop;
  return to_jsonb(v_messages);
end
$$;
revoke all on function public.get_ui_messages(uuid, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.get_ui_messages(uuid, integer) to authenticated, service_role;
comment on function public.get_ui_messages(uuid, integer) is
  E'The branch that is shown as the UIMessage[] of the AI SDK.\n\n'
  'p_limit: stored messages from the end, 1 to 200, default 50. What was stored in that shape comes '
  'back as it was; an answer with tool calls, what the tools gave back and the answer after it become '
  'one message. A call without a message of its tool has what its run in tool_executions gave, once that '
  'is over. Left out: answers of tools without their call, calls without their answer unless they end the '
  'array, failed answers without content. '
  'Returns: a JSON array, oldest first, empty for an empty session. '
  'Who: the session''s user, service_role. '
  'Errors: PT400 INVALID_ARGUMENT; PT404 SESSION_NOT_FOUND.';
