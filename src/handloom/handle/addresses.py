"""Where each operation lives over HTTP."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """Where an operation lives over HTTP. Arguments named in the path go there; the others to the query or the body."""

    method: str
    path: str


def _table(text: str) -> dict[str, Address]:
    rows = (line.split() for line in text.strip().splitlines())
    return {name: Address(method, path) for name, method, path in rows}


OPERATIONS: dict[str, Address] = _table("""
    me                GET    /me
    actors            GET    /actors
    add_actor         POST   /actors
    change_actor      PATCH  /actors/{actor}
    login_address     POST   /actors/{actor}/login
    new_token         POST   /actors/{actor}/token
    kinds             GET    /kinds
    strategies        GET    /strategies
    checks            GET    /checks
    projects          GET    /projects
    create_project    POST   /projects
    project           GET    /projects/{project}
    change_settings   PATCH  /projects/{project}
    add_task          POST   /projects/{project}/tasks
    change_task       PATCH  /projects/{project}/tasks/{task}
    migrations        GET    /projects/{project}/tasks/{task}/migrations
    relabel_task      POST   /projects/{project}/tasks/{task}/migrations
    undo_migration    POST   /projects/{project}/tasks/{task}/migrations/{migration}/undo
    guidelines        GET    /projects/{project}/tasks/{task}/guidelines
    add_guidelines    POST   /projects/{project}/tasks/{task}/guidelines
    overview          GET    /projects/{project}/overview
    items             GET    /projects/{project}/items
    item              GET    /items/{item}
    neighbours        GET    /items/{item}/neighbours
    draw_map          POST   /projects/{project}/map
    map               GET    /projects/{project}/map
    map_points        GET    /projects/{project}/map/points
    map_colours       GET    /projects/{project}/map/colours
    items_by_id       GET    /projects/{project}/map/items
    label_in_bulk     POST   /projects/{project}/bulk
    bulk_actions      GET    /projects/{project}/bulk
    undo_bulk         POST   /bulk/{bulk}/undo
    team              GET    /projects/{project}/team
    change_member     PATCH  /projects/{project}/team/{actor}
    invitations       GET    /projects/{project}/invitations
    invite            POST   /projects/{project}/invitations
    revoke_invitation DELETE /projects/{project}/invitations/{invitation}
    accept            POST   /me/join
    mine              GET    /projects/{project}/mine
    quality           GET    /projects/{project}/quality
    measure           POST   /projects/{project}/measure
    reviews           GET    /projects/{project}/reviews
    open_review       POST   /projects/{project}/reviews
    review            GET    /reviews/{review}
    close_review      POST   /reviews/{review}
    golds             GET    /projects/{project}/gold
    add_gold          POST   /projects/{project}/gold
    remove_gold       DELETE /projects/{project}/gold/{item}
    ask               POST   /projects/{project}/ask
    find_suspects     POST   /projects/{project}/suspects
    suspects          GET    /projects/{project}/suspects
    start_cascade     POST   /projects/{project}/cascades
    cascades          GET    /projects/{project}/cascades
    cascade           GET    /cascades/{cascade}
    stop_cascade      POST   /cascades/{cascade}/stop
    revoke_split      POST   /splits/{split}/revoke
    restore_split     POST   /splits/{split}/restore
    answer_grid       POST   /answers/grid
    claim             POST   /projects/{project}/claim
    claim_question    POST   /questions/{question}/claim
    release_claims    POST   /claims/release
    answer            POST   /answers
    questions         GET    /projects/{project}/questions
    question          GET    /questions/{question}
    decisions         GET    /projects/{project}/decisions
    models            GET    /projects/{project}/models
    model             GET    /models/{model}
    train             POST   /projects/{project}/train
    jobs              GET    /projects/{project}/jobs
    job               GET    /jobs/{job}
    cancel            POST   /jobs/{job}/cancel
    releases          GET    /projects/{project}/releases
    rollback          POST   /projects/{project}/rollback
    predict           POST   /projects/{project}/predict
    predictions       GET    /projects/{project}/predictions
    feedback          POST   /predictions/{prediction}/feedback
    commits           GET    /projects/{project}/commits
    add_commit        POST   /projects/{project}/commits
    commit            GET    /commits/{commit}
    diff              GET    /projects/{project}/diff
    branches          GET    /projects/{project}/branches
    add_branch        POST   /projects/{project}/branches
    close_branch      POST   /projects/{project}/branches/close
    merge             POST   /projects/{project}/merge
    restore           POST   /projects/{project}/restore
    requests          GET    /projects/{project}/requests
    open_request      POST   /projects/{project}/requests
    request           GET    /requests/{request}
    comment_request   POST   /requests/{request}/comments
    decide_request    POST   /requests/{request}/decide
    close_request     POST   /requests/{request}/close
    test_request      POST   /requests/{request}/test
    undo_merge        POST   /projects/{project}/undo
    tags              GET    /projects/{project}/tags
    add_tag           POST   /projects/{project}/tags
    workforces        GET    /projects/{project}/workforces
    add_workforce     POST   /projects/{project}/workforces
    change_workforce  PATCH  /projects/{project}/workforces/{name}
    remove_workforce  DELETE /projects/{project}/workforces/{name}
    webhooks          GET    /projects/{project}/webhooks
    add_webhook       POST   /projects/{project}/webhooks
    change_webhook    PATCH  /projects/{project}/webhooks/{webhook}
    remove_webhook    DELETE /projects/{project}/webhooks/{webhook}
    test_webhook      POST   /projects/{project}/webhooks/{webhook}/test
    replace_labels    POST   /projects/{project}/replace
    erasures          GET    /projects/{project}/erasures
    erase             POST   /projects/{project}/erasures
    resume_erasing    POST   /projects/{project}/erasures/resume
    import_corrections POST  /projects/{project}/corrections
    corrections       GET    /commits/{commit}/corrections
    freezes           GET    /projects/{project}/freezes
    freeze            POST   /projects/{project}/freezes
    thaw              POST   /projects/{project}/freezes/{freeze}/thaw
    lineage           GET    /lineage/{id}
    look_at_upload    POST   /projects/{project}/uploads/{upload}/preview
    bring_upload      POST   /projects/{project}/uploads/{upload}/import
    forget_upload     DELETE /projects/{project}/uploads/{upload}
    import_report     GET    /jobs/{job}/report
    make_export       POST   /projects/{project}/exports
    export_report     GET    /jobs/{job}/export
    formats           GET    /formats
    make_profile      POST   /projects/{project}/profile
    profile           GET    /projects/{project}/profile
    advance           POST   /projects/{project}/advance
""")
